# Python: requirements.txt with gunicorn, requirements-dev.txt with pytest, and app:app as the WSGI application.
FROM public.ecr.aws/docker/library/python:3.13-slim AS source
WORKDIR /src
RUN python -m venv /venv
# Everything below comes from, and goes into, the virtual environment.
ENV PATH=/venv/bin:$PATH
COPY requirements.txt ./
RUN --mount=type=cache,target=/root/.cache/pip pip install -r requirements.txt
COPY . .

FROM source AS test
RUN --mount=type=cache,target=/root/.cache/pip pip install -r requirements-dev.txt
RUN pytest

FROM public.ecr.aws/docker/library/python:3.13-slim
# Logs at once, and no bytecode beside the sources, where nothing can be written.
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
COPY --from=source /venv /venv
COPY --from=source /src ./
USER 10001:10001
EXPOSE 8080
# Only the ingress and other applications reach the pod: they say truly how a visitor came.
ENV FORWARDED_ALLOW_IPS=*
# gunicorn listens on PORT by itself, on all addresses. With threads, a slow request holds up neither probes nor others.
ENTRYPOINT ["gunicorn", "--threads", "8", "--graceful-timeout", "30", "--access-logfile", "-", \
    "--access-logformat", "{\"method\":\"%(m)s\",\"path\":\"%(U)s\",\"status\":%(s)s,\"microseconds\":%(D)s}", "app:app"]
