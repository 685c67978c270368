# Mote in a container. `docker build -t mote .`, then in the folder of a project
#
#   docker run --rm -v "$PWD:/work" -w /work mote status
#
# The first stage is also what .devcontainer opens (target `dev`).
FROM debian:12-slim AS dev
RUN apt-get update -q && apt-get install -y -q --no-install-recommends git make ca-certificates
WORKDIR /src
# The packages by their table alone, so that they are installed anew only when it changes.
COPY tools/setup tools/packages.txt tools/
RUN tools/setup build test

FROM dev AS build
COPY . .
RUN meson setup -Dbuildtype=release build && ninja -C build mote && DESTDIR=/root/out PREFIX=/usr tools/install build

FROM debian:12-slim
# What the program is linked with, and what it runs (speech for words without recordings).
RUN apt-get update -q && apt-get install -y -q --no-install-recommends \
        libuv1 libssl3 zlib1g libzstd1 libsqlite3-0 libyaml-0-2 libjansson4 libsndfile1 \
        libsamplerate0 libutf8proc2 libpng16-16 libjpeg62-turbo espeak-ng flite \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /root/out /
# The server listens on the machine alone unless told otherwise: `mote serve --host 0.0.0.0`.
EXPOSE 8080
ENTRYPOINT ["mote"]
CMD ["--help"]
