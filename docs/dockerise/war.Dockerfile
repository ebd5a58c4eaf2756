# A WAR for a servlet container: a Maven project with its wrapper (mvnw), whose result is target/app.war, and server.xml and
# logging.properties as in examples/war. Tomcat 10.1 and newer know jakarta.servlet; for javax.servlet take 9.0-jre21-temurin.
FROM --platform=$BUILDPLATFORM public.ecr.aws/docker/library/eclipse-temurin:21-jdk AS source
WORKDIR /src
COPY . .

FROM source AS test
RUN --mount=type=cache,target=/root/.m2 sh mvnw --batch-mode test

FROM source AS build
RUN --mount=type=cache,target=/root/.m2 sh mvnw --batch-mode package -DskipTests
# Tomcat could not unpack it where nothing can be written.
WORKDIR /war
RUN jar --extract --file /src/target/app.war

FROM public.ecr.aws/docker/library/tomcat:10.1-jre21-temurin
# Packages of the operating system that the application calls go here, such as:
# RUN apt-get update && apt-get install -y --no-install-recommends tesseract-ocr && rm -rf /var/lib/apt/lists/*
ENV CATALINA_TMPDIR=/tmp HOME=/tmp
# The heap is a share of the memory that the pod has; server.xml reads variables.
ENV CATALINA_OPTS="-XX:MaxRAMPercentage=75 -XX:+ExitOnOutOfMemoryError -Dorg.apache.tomcat.util.digester.PROPERTY_SOURCE=org.apache.tomcat.util.digester.EnvironmentPropertySource"
COPY server.xml logging.properties /usr/local/tomcat/conf/
COPY --from=build /war /app/
USER 10001:10001
EXPOSE 8080
ENTRYPOINT ["catalina.sh", "run"]
