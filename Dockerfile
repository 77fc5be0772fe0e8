# Builds dynasled from this directory and puts it where people have amazon/dynamodb-local.

FROM rust:1.95-slim-bookworm AS build
# The allocator is built from its C sources.
RUN apt-get update && apt-get install --yes --no-install-recommends make
WORKDIR /src
COPY . .
RUN cargo build --release --locked --bin dynasled

FROM debian:bookworm-slim
# Health checks in people's compose files call curl and sh.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends curl \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 1000 dynamodblocal \
    && useradd --uid 1000 --gid 1000 --create-home --home-dir /home/dynamodblocal --shell /bin/sh dynamodblocal
COPY --from=build /src/target/release/dynasled /usr/local/bin/dynasled
# Compose files and a Testcontainers module set `entrypoint: java`.
RUN ln -s dynasled /usr/local/bin/java

# Started as root, the server makes its data directory writable for this user and becomes it.
ENV DYNASLED_HOST=0.0.0.0 \
    DYNASLED_RUN_AS=1000:1000
WORKDIR /home/dynamodblocal
EXPOSE 8000
HEALTHCHECK --interval=5s --timeout=3s --start-period=5s --retries=3 CMD ["/usr/local/bin/dynasled", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/dynasled"]
CMD ["-jar", "DynamoDBLocal.jar", "-inMemory"]
