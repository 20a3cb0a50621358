#!/bin/bash
# The server of ZooKeeper with the heap that its own script reads.
exec java -Xmx"${ZK_SERVER_HEAP:-1000}m" -cp "$ZOO_CONF_DIR:/opt/zookeeper/*" \
  org.apache.zookeeper.server.quorum.QuorumPeerMain "$ZOO_CONF_DIR/zoo.cfg"
