# Ruby: Gemfile and its lock file with puma, a group "test" with rake, and config/puma.rb as in examples/ruby.
FROM public.ecr.aws/docker/library/ruby:3.4-slim AS source
WORKDIR /src
# Compilers and headers, for gems in C such as pg.
RUN apt-get update && apt-get install -y --no-install-recommends build-essential libpq-dev libyaml-dev
ENV BUNDLE_FROZEN=true BUNDLE_WITHOUT=development:test
COPY Gemfile Gemfile.lock ./
RUN bundle install
COPY . .

FROM source AS test
ENV BUNDLE_WITHOUT=development
RUN bundle install
RUN bundle exec rake test

FROM source AS build
# Of Rails; it needs a key, but not the real one.
RUN [ ! -e bin/rails ] || SECRET_KEY_BASE_DUMMY=1 RAILS_ENV=production bundle exec ruby bin/rails assets:precompile

FROM public.ecr.aws/docker/library/ruby:3.4-slim
# Libraries without headers, for the same gems.
RUN apt-get update && apt-get install -y --no-install-recommends libpq5 && rm -rf /var/lib/apt/lists/*
ENV BUNDLE_FROZEN=true BUNDLE_WITHOUT=development:test
# Of Rails: production, logs to standard output, its static files, and bootsnap's cache where it can be written.
ENV RAILS_ENV=production RAILS_LOG_TO_STDOUT=true RAILS_SERVE_STATIC_FILES=true BOOTSNAP_CACHE_DIR=/tmp/bootsnap
ENV HOME=/tmp
WORKDIR /app
COPY --from=build /usr/local/bundle /usr/local/bundle/
COPY --from=build /src ./
# Frameworks write into tmp and log beside the program.
RUN rm -rf tmp log && ln -s /tmp tmp && ln -s /tmp log
USER 10001:10001
EXPOSE 8080
ENTRYPOINT ["bundle", "exec", "puma", "--config", "config/puma.rb"]
