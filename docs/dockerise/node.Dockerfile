# Node.js: package.json with the scripts "build" (into dist/) and "test".
FROM public.ecr.aws/docker/library/node:24-slim AS source
WORKDIR /src
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci
COPY . .

FROM source AS test
RUN npm test

FROM source AS build
RUN npm run build && npm prune --omit=dev && mkdir -p node_modules

FROM public.ecr.aws/docker/library/node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /src/package.json ./
COPY --from=build /src/node_modules ./node_modules/
COPY --from=build /src/dist ./dist/
USER 10001:10001
EXPOSE 8080
# Not npm start: npm and its shell would stand between SIGTERM and the program.
ENTRYPOINT ["node", "dist/server.js"]
