# Java: a Maven project with its wrapper (mvnw), whose result is target/app.jar. Bytecode is the same everywhere, so it is
# compiled on the architecture that builds.
FROM --platform=$BUILDPLATFORM public.ecr.aws/docker/library/eclipse-temurin:21-jdk AS source
WORKDIR /src
COPY . .

FROM source AS test
RUN --mount=type=cache,target=/root/.m2 sh mvnw --batch-mode test

FROM source AS build
RUN --mount=type=cache,target=/root/.m2 sh mvnw --batch-mode package -DskipTests

FROM public.ecr.aws/docker/library/eclipse-temurin:21-jre
WORKDIR /app
COPY --from=build /src/target/app.jar ./
USER 10001:10001
EXPOSE 8080
# The heap is a share of the memory that the pod has; what the JVM needs beside it is the rest.
ENTRYPOINT ["java", "-XX:MaxRAMPercentage=75", "-XX:+ExitOnOutOfMemoryError", "-jar", "app.jar"]
