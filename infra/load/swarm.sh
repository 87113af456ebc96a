#!/bin/sh
# The shards of one run as a job of a Docker Swarm; run it on a manager.
#
# VOTEBENCH_IMAGE  the image, where all nodes find it (target votebench of infra/images)
#
# The directory has to be the same one in the same place on every node: an NFS mount. A volume that
# Docker mounts does it too:
#   --mount type=volume,dst=DIR,volume-opt=type=nfs,volume-opt=o=addr=HOST,volume-opt=device=:PATH
# The network is the node's own: no bridge lies between the load and the target.
# A job's slots count from 0, and Swarm writes the node's id where the slot is 0.
# `docker stack deploy` is no way to begin it: before Docker 23 it knows no jobs.
set -eu
docker service create --detach --mode replicated-job --replicas __SHARDS__ \
  --max-concurrent __SHARDS__ --name 'votebench-__RUN__' --restart-condition none \
  --stop-grace-period 60s --network host --user __UID__:__GID__ --read-only \
  --mount 'type=bind,src=__DIR__,dst=__DIR__' \
  --env 'VOTEBENCH_SLOT={{if eq .Task.Slot .Node.ID}}0{{else}}{{.Task.Slot}}{{end}}' \
  "${VOTEBENCH_IMAGE:-votebench/votebench:dev}" \
  run --ticket '__DIR__' --shard auto --progress plain
