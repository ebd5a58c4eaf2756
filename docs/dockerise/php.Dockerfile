# PHP: composer.json and its lock file with the script "test", the document root public/, and apache.conf and php.ini as in examples/php.
FROM public.ecr.aws/docker/library/composer:2 AS composer

FROM public.ecr.aws/docker/library/php:8.4-apache AS base
# Extensions that the application uses, with the packages of the operating system that they need.
RUN apt-get update && apt-get install -y --no-install-recommends libpq-dev && docker-php-ext-install pdo_pgsql && rm -rf /var/lib/apt/lists/*

FROM base AS source
RUN apt-get update && apt-get install -y --no-install-recommends git unzip
COPY --from=composer /usr/bin/composer /usr/bin/composer
WORKDIR /src
COPY composer.json composer.lock ./
RUN composer install --no-dev --no-scripts --no-autoloader
COPY . .

FROM source AS test
RUN composer install && composer test

FROM source AS build
RUN composer install --no-dev --optimize-autoloader

FROM base
COPY apache.conf /etc/apache2/apache2.conf
COPY php.ini /usr/local/etc/php/conf.d/application.ini
ENV HOME=/tmp
WORKDIR /app
COPY --from=build /src ./
USER 10001:10001
EXPOSE 8080
# At SIGTERM Apache cuts off what is open. Kubernetes sends the signal that the image names.
STOPSIGNAL SIGWINCH
ENTRYPOINT ["apache2", "-DFOREGROUND"]
