#!/usr/bin/env bash
# Builds the images from a build directory, then becomes a command:
#   with-docker with_images.sh BUILD COMMAND [ARGUMENT...]
set -euo pipefail
"$(dirname -- "$0")/../../infra/testbed/build-images" "$1"
shift
exec "$@"
