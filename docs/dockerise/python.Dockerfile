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
# gunicorn listens on PORT by itself, on all addresses.
ENTRYPOINT ["gunicorn", "--graceful-timeout", "30", "--access-logfile", "-", "app:app"]
