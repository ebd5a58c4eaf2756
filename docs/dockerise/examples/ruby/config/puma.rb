# Puma for ruby.Dockerfile; a file of Rails has the same settings.
port ENV.fetch("PORT"), "0.0.0.0"
threads 8, 8

# SIGTERM: no new requests, 30 s for those that are open, and 0 as the exit code.
force_shutdown_after 30
raise_exception_on_sigterm false
