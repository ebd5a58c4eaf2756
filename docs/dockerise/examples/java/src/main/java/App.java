import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.util.concurrent.Executors;

/** The smallest application for java.Dockerfile: probes, its own path, an upload through /tmp, and an orderly end. */
public class App {
    private static final String BASE = System.getenv("BASE_PATH");
    private static volatile boolean ready;

    public static void main(String[] arguments) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(Integer.parseInt(System.getenv("PORT"))), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/", App::answer);
        // Spring Boot has this hook itself, with server.shutdown=graceful.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            ready = false;
            server.stop(30); // waits for the open requests
        }));
        server.start();
        ready = true;
    }

    private static void answer(HttpExchange exchange) throws IOException {
        var path = exchange.getRequestURI().getPath();
        var headers = exchange.getRequestHeaders();
        if (path.equals("/healthz")) {
            send(exchange, 200, "{}");
        } else if (path.equals("/readyz")) {
            send(exchange, ready ? 200 : 503, "{}");
        } else if (path.equals(BASE)) {
            // Spring Boot does this with server.forward-headers-strategy=native.
            var chain = headers.getFirst("X-Forwarded-For").split(",");
            send(exchange, 200, String.format("{\"url\": \"%s://%s%s\", \"address\": \"%s\"}", headers.getFirst("X-Forwarded-Proto"),
                headers.getFirst("Host"), exchange.getRequestURI(), chain[chain.length - 1].trim()));
        } else if (path.equals(BASE + "/slow")) {
            try {
                Thread.sleep(5000);
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            send(exchange, 200, "{}");
        } else if (path.equals(BASE + "/files") && exchange.getRequestMethod().equals("POST")) {
            var file = Files.createTempFile("upload", null);
            try (var out = Files.newOutputStream(file)) {
                send(exchange, 200, "{\"bytes\": " + exchange.getRequestBody().transferTo(out) + "}");
            } finally {
                Files.delete(file);
            }
        } else {
            send(exchange, 404, "{}");
        }
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length());
        try (var out = exchange.getResponseBody()) {
            out.write(body.getBytes());
        }
    }
}
