package example;

import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.MultipartConfig;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** The smallest application for war.Dockerfile: its own path, and an upload through /tmp. Tomcat answers the probes and ends in order. */
@WebServlet("/*")
@MultipartConfig(fileSizeThreshold = 1 << 20)
public class App extends HttpServlet {
    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var path = request.getPathInfo();
        if (path == null || path.equals("/")) {
            send(response, String.format("{\"url\": \"%s\", \"address\": \"%s\"}", request.getRequestURL(), request.getRemoteAddr()));
        } else if (path.equals("/slow")) {
            try {
                Thread.sleep(5000);
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            send(response, "{}");
        } else {
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
        }
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException, ServletException {
        send(response, "{\"bytes\": " + request.getPart("file").getSize() + "}");
    }

    private static void send(HttpServletResponse response, String body) throws IOException {
        response.setContentType("application/json");
        response.getWriter().print(body);
    }
}
