#!/bin/bash
# zkCli.sh WORDS…: one command of ZooKeeper's own client.
exec java -Xmx64m -cp '/opt/zookeeper/*' org.apache.zookeeper.ZooKeeperMain -server 127.0.0.1:2181 "$@"
