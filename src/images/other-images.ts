/**
 * Images that courses name and that need a line each: pulled, listed and inspected like any other. Where no program is named behind `=`, the lab has none for
 * their command, and it says so when it runs (exit 70).
 */
import { defaultPath, type ImageDefinition, type LayerDefinition, program, type Repositories } from './definition.ts';
import { alpine, debianLayer, hub, layer, simplePlatforms } from './hub.ts';
import { distroless } from './rootfs.ts';

const distrolessLayer = layer(0.7, 'bazel build ...', distroless);
const layersOf: Readonly<Record<string, () => readonly LayerDefinition[]>> = {
  debian: () => [debianLayer],
  alpine: () => [alpine()],
  distroless: () => [distrolessLayer],
};

/** Name, tags, what it stands on, megabytes of its own, ports (`-`: none), then its command: a path, `=program` of the lab, arguments. */
const rows = `
docker.io/google/pause latest distroless 0.2 - /pause=pause
gcr.io/google_containers/pause latest,3.0,3.1,3.2 distroless 0.2 - /pause=pause
gcr.io/google_containers/busybox latest,1.24,1.27,1.27.2 alpine 1 - /bin/sh=sh
gcr.io/google-containers/busybox latest,1.24,1.27,1.27.2 alpine 1 - /bin/sh=sh
docker.io/rancher/mirrored-pause 3.5,3.6,3.9,3.10 distroless 0.2 - /pause=pause
docker.io/luksa/kubia latest,v1 debian 250 8080 /usr/local/bin/node=kubia-v1 app.js
docker.io/luksa/kubia v2 debian 250 8080 /usr/local/bin/node=kubia-v2 app.js
docker.io/luksa/kubia v3 debian 250 8080 /usr/local/bin/node=kubia-v3 app.js
docker.io/luksa/kubia v4 debian 250 8080 /usr/local/bin/node=kubia-v4 app.js
gcr.io/google-samples/node-hello 1.0 debian 250 8080 /usr/local/bin/node=node-hello server.js
docker.io/kicbase/echo-server 1.0 distroless 1.2 8080 /bin/echo-server=echo-server
docker.io/jmalloc/echo-server latest,0.3.7 distroless 1.2 8080 /bin/echo-server=echo-server
docker.io/nginxdemos/hello plain-text,0.4-plain-text alpine 17 80 /usr/sbin/nginx=nginx-hello
docker.io/nginxdemos/hello latest,0.4 alpine 17 80 /usr/sbin/nginx=nginx-hello-page
docker.io/nginxdemos/nginx-hello plain-text,latest alpine 17 8080 /usr/sbin/nginx=nginx-hello-8080
docker.io/kodekloud/webapp-color latest,v1,v2,v3 debian 30 8080 /usr/local/bin/python=webapp-color app.py
docker.io/kodekloud/webapp-conntest latest debian 30 8080 /usr/local/bin/python=webapp-color app.py
docker.io/kodekloud/event-simulator latest debian 30 - /usr/local/bin/python=event-simulator event-simulator.py
docker.io/kodekloud/throw-dice latest alpine 5 - /usr/local/bin/throw-dice=throw-dice
docker.io/wbitt/network-multitool latest,minimal,extra alpine 40 80,443,1180,11443 /usr/sbin/nginx=network-multitool
docker.io/praqma/network-multitool latest,minimal alpine 40 80,443 /usr/sbin/nginx=network-multitool
docker.io/alpine/curl latest,3.14,8.5.0,8.12.1 alpine 5 - /usr/bin/curl=curl
docker.io/byrnedo/alpine-curl latest alpine 5 - /usr/bin/curl=curl
docker.io/radial/busyboxplus curl,latest alpine 2 - /bin/sh=sh
docker.io/tutum/curl latest,alpine debian 60 - /bin/bash=bash
docker.io/yauritux/busybox-curl latest alpine 2 - /bin/sh=sh
docker.io/tutum/dnsutils latest debian 60 - /bin/bash=bash
docker.io/infoblox/dnstools latest alpine 8 - /bin/sh=sh
registry.k8s.io/test-webserver latest distroless 2 80 /test-webserver=page 80 <pre></pre>
docker.io/bmuschko/nodejs-hello-world 1.0.0 alpine 40 3000 /usr/local/bin/node=page 3000 Hello World
docker.io/bmuschko/web-app 1.0.0,1.0.1 alpine 40 3000 /usr/local/bin/node=page 3000 Hello World
docker.io/stacksimplify/kubenginx 1.0.0 alpine 17 80 /usr/sbin/nginx=page 80 <h1>Welcome to Stack Simplify</h1> <p>Application Version: V1</p>
docker.io/stacksimplify/kubenginx 2.0.0 alpine 17 80 /usr/sbin/nginx=page 80 <h1>Welcome to Stack Simplify</h1> <p>Application Version: V2</p>
docker.io/stacksimplify/kubenginx 3.0.0 alpine 17 80 /usr/sbin/nginx=page 80 <h1>Welcome to Stack Simplify</h1> <p>Application Version: V3</p>
docker.io/stacksimplify/kube-helloworld 1.0.0 debian 120 8080 /usr/bin/java=page 8080 Hello World V1 {}
gcr.io/google-samples/hello-go-gke 1.0 alpine 4 80 /usr/local/bin/main=page 80 {"message":"Hello"}
quay.io/openshiftlabs/simpleservice 0.4.0,0.5.0 debian 40 9876 /usr/local/bin/python=simpleservice ./simpleservice.py
registry.k8s.io/redis e2e,v1 debian 30 6379 /usr/local/bin/redis-server=redis-server
registry.k8s.io/cpa/cluster-proportional-autoscaler 1.8.4,v1.8.9,v1.9.0 distroless 15 - /cluster-proportional-autoscaler
registry.k8s.io/node-problem-detector/node-problem-detector v0.8.19,v0.8.20 debian 60 - /node-problem-detector
docker.io/hazelcast/hazelcast latest,5,5.5 debian 200 5701 /opt/hazelcast/bin/hz
registry.k8s.io/serve_hostname v1.4,latest distroless 4 9376 /serve_hostname=agnhost serve-hostname
registry.k8s.io/goproxy 0.1 distroless 2 8080 /goproxy=tcp-server 8080
registry.k8s.io/kube-state-metrics/kube-state-metrics v2.13.0,v2.15.0,v2.17.0 distroless 14 8080,8081 /kube-state-metrics
registry.k8s.io/kubernetes-zookeeper 1.0-3.4.10 debian 120 2181,2888,3888 /usr/bin/start-zookeeper
registry.k8s.io/dns/k8s-dns-node-cache 1.23.1,1.26.4 debian 25 53 /node-cache
registry.k8s.io/sig-storage/csi-node-driver-registrar v2.9.0,v2.13.0,v2.15.0 distroless 12 - /csi-node-driver-registrar
registry.k8s.io/sig-storage/csi-provisioner v5.0.0,v5.3.0 distroless 28 - /csi-provisioner
registry.k8s.io/sig-storage/nfs-subdir-external-provisioner v4.0.2 distroless 18 - /nfs-subdir-external-provisioner
registry.k8s.io/autoscaling/vpa-recommender 1.2.0,1.4.0 distroless 25 - /recommender
registry.k8s.io/kwok/kwok v0.7.0 alpine 20 - /usr/local/bin/kwok
gcr.io/google-samples/gb-frontend v3,v4,v5,v6 debian 150 80 /usr/local/bin/apache2-foreground=guestbook
gcr.io/google-samples/gb-redis-follower v1,v2 debian 14 6379 /usr/local/bin/redis-server=redis-server
gcr.io/google-samples/gb-redisslave v1,v3 debian 14 6379 /usr/local/bin/redis-server=redis-server
gcr.io/google-samples/cassandra v13,v14 debian 140 7000,7001,7199,9042,9160 /run.sh
gcr.io/kuar-demo/kuard-amd64 1,2,3,blue,green,purple distroless 9 8080 /kuard
gcr.io/distroless/static latest,nonroot,debug,debug-nonroot distroless 0.1 -
gcr.io/distroless/static-debian12 latest,nonroot,debug,debug-nonroot distroless 0.1 -
gcr.io/distroless/base latest,nonroot,debug distroless 8 -
gcr.io/distroless/base-debian12 latest,nonroot,debug distroless 8 -
gcr.io/distroless/nodejs20-debian12 latest,nonroot distroless 45 - /nodejs/bin/node
gcr.io/distroless/nodejs20-debian11 latest,nonroot distroless 45 - /nodejs/bin/node
gcr.io/distroless/java17-debian12 latest,nonroot distroless 80 - /usr/bin/java
gcr.io/distroless/python3-debian12 latest,nonroot distroless 20 - /usr/bin/python3
gcr.io/kaniko-project/executor latest,v1.23.2,debug distroless 40 - /kaniko/executor
gcr.io/etcd-development/etcd v3.5.21,v3.6.5,v3.6.6 distroless 22 2379,2380 /usr/local/bin/etcd
quay.io/coreos/etcd v3.4.27,v3.5.0,v3.5.21,v3.6.5 distroless 22 2379,2380 /usr/local/bin/etcd
quay.io/prometheus/prometheus v2.53.0,v3.0.0,v3.5.0,latest distroless 110 9090 /bin/prometheus
quay.io/prometheus/node-exporter v1.8.2,v1.9.1,latest distroless 12 9100 /bin/node_exporter
quay.io/prometheus/alertmanager v0.27.0,v0.28.1,latest distroless 33 9093 /bin/alertmanager
quay.io/argoproj/argocd v2.13.0,v3.0.0,v3.1.0,latest debian 180 8080,8083 /usr/local/bin/argocd
quay.io/argoproj/argoexec latest,v3.7.0 debian 40 - /bin/argoexec
quay.io/calico/node v3.26.1,v3.28.0,v3.29.0,v3.30.0 distroless 140 - /sbin/start_runit
quay.io/calico/cni v3.26.1,v3.28.0,v3.29.0,v3.30.0 distroless 90 - /opt/cni/bin/install
quay.io/calico/kube-controllers v3.26.1,v3.28.0,v3.29.0,v3.30.0 distroless 35 - /usr/bin/kube-controllers
quay.io/tigera/operator v1.32.0,v1.36.0,v1.38.0 distroless 65 - /usr/local/bin/operator
quay.io/cilium/cilium v1.15.0,v1.16.0,v1.17.0,v1.18.0 debian 220 - /usr/bin/cilium-agent
quay.io/jetstack/cert-manager-controller v1.14.0,v1.16.0,v1.18.2 distroless 20 9402 /app/cmd/controller/controller
quay.io/metallb/controller v0.14.9,v0.15.2 distroless 28 7472 /controller
quay.io/metallb/speaker v0.14.9,v0.15.2 distroless 40 7472 /speaker
quay.io/podman/hello latest distroless 0.3 - /usr/local/bin/podman_hello_world
quay.io/centos/centos stream9,stream10 debian 60 - /bin/bash=bash
quay.io/minio/minio latest distroless 60 9000 /usr/bin/minio
docker.io/calico/node v3.25.0,v3.26.1,v3.27.0,v3.28.0,v3.29.0,v3.30.0 distroless 140 - /sbin/start_runit
docker.io/calico/cni v3.25.0,v3.26.1,v3.27.0,v3.28.0,v3.29.0,v3.30.0 distroless 90 - /opt/cni/bin/install
docker.io/calico/kube-controllers v3.25.0,v3.26.1,v3.27.0,v3.28.0,v3.29.0,v3.30.0 distroless 35 - /usr/bin/kube-controllers
docker.io/flannel/flannel v0.22.0,v0.23.0,v0.24.4,v0.25.0,v0.26.0,v0.27.0 alpine 33 - /opt/bin/flanneld=flanneld
docker.io/weaveworks/weave-kube latest,2.8.1 alpine 40 - /home/weave/launch.sh
docker.io/prom/prometheus latest,v2.53.0,v3.0.0,v3.5.0 distroless 110 9090 /bin/prometheus
docker.io/prom/node-exporter latest,v1.8.2,v1.9.1 distroless 12 9100 /bin/node_exporter
docker.io/grafana/grafana latest,10.4.0,11.6.0,12.0.0 alpine 130 3000 /run.sh
docker.io/grafana/loki latest,2.9.0,3.5.0 distroless 40 3100 /usr/bin/loki
docker.io/fluent/fluentd v1.9.1,v1.16-1,v1.17-1,latest debian 40 24224,5140 /usr/local/bin/fluentd=fluentd
docker.io/fluent/fluent-bit latest,2.2.0,3.2.0,4.0.0 distroless 30 2020 /fluent-bit/bin/fluent-bit
docker.io/library/fluentd latest,v1.17-1 debian 40 24224,5140 /usr/local/bin/fluentd=fluentd
quay.io/fluentd_elasticsearch/fluentd v2.5.2,v2.6.0,v4.7.3,v5.0.1 debian 60 24224 /entrypoint.sh=fluentd
docker.elastic.co/elasticsearch/elasticsearch 7.17.0,8.11.0,8.17.0,9.1.0 debian 380 9200,9300 /usr/local/bin/docker-entrypoint.sh
docker.elastic.co/kibana/kibana 7.17.0,8.11.0,8.17.0,9.1.0 debian 380 5601 /usr/local/bin/kibana-docker
docker.elastic.co/beats/filebeat 7.17.0,8.11.0,8.17.0 debian 110 - /usr/local/bin/docker-entrypoint
docker.io/library/elasticsearch 7.17.0,8.11.0,8.17.0,9.1.0 debian 380 9200,9300 /usr/local/bin/docker-entrypoint.sh
docker.io/library/kibana 7.17.0,8.11.0,8.17.0 debian 380 5601 /usr/local/bin/kibana-docker
docker.io/library/rabbitmq latest,3,3.12,3.13,4,4.1,management,3-management,3.13-management,4-management,alpine,3-alpine debian 70 5672,15672 /usr/local/bin/docker-entrypoint.sh
docker.io/library/cassandra latest,3.11,4,4.1,5,5.0 debian 140 7000,7001,7199,9042 /usr/local/bin/docker-entrypoint.sh
docker.io/library/zookeeper latest,3.8,3.9 debian 110 2181,2888,3888 /docker-entrypoint.sh
docker.io/library/couchdb latest,3,3.3 debian 90 5984 /opt/couchdb/bin/couchdb
docker.io/library/influxdb latest,1.8,2,2.7 debian 120 8086 /entrypoint.sh
docker.io/library/neo4j latest,5,2025 debian 250 7474,7687 /startup/docker-entrypoint.sh
docker.io/library/haproxy latest,2.4,2.8,3.0,3.2,alpine,lts debian 15 - /usr/local/sbin/haproxy
docker.io/library/traefik latest,v2.10,v2.11,v3,v3.0,v3.3,v3.5 alpine 45 80 /usr/local/bin/traefik
docker.io/library/caddy latest,2,2-alpine,alpine alpine 17 80,443,2019 /usr/bin/caddy
docker.io/library/tomcat latest,8,8.5,9,9.0,10,10.1,11,9-jdk17,10-jdk17,10.1-jdk17 debian 120 8080 /usr/local/tomcat/bin/catalina.sh run
docker.io/library/jetty latest,11,12 debian 120 8080 /docker-entrypoint.sh
docker.io/library/wordpress 4.8-apache,5.9-apache,6.2.1-apache,6.8-apache,apache,latest,6,6.8 debian 150 80 /usr/local/bin/apache2-foreground=wordpress
docker.io/library/wordpress php8.3-fpm,fpm,php8.3-fpm-alpine,fpm-alpine debian 120 9000 /usr/local/sbin/php-fpm
docker.io/library/ghost latest,5,6,alpine,5-alpine debian 160 2368 /usr/local/bin/docker-entrypoint.sh
docker.io/library/drupal latest,9,10,11 debian 170 80 /usr/local/bin/apache2-foreground
docker.io/library/joomla latest,5 debian 170 80 /usr/local/bin/apache2-foreground
docker.io/library/nextcloud latest,29,30,31,apache,fpm debian 400 80 /entrypoint.sh
docker.io/library/adminer latest,4,5 alpine 40 8080 /usr/local/bin/entrypoint.sh
docker.io/library/phpmyadmin latest,5,5.2 debian 180 80 /docker-entrypoint.sh
docker.io/phpmyadmin/phpmyadmin latest,5.2 debian 180 80 /docker-entrypoint.sh
docker.io/library/mongo-express latest,1.0 alpine 60 8081 /docker-entrypoint.sh
docker.io/library/sonarqube latest,lts,community debian 400 9000 /opt/sonarqube/docker/entrypoint.sh
docker.io/library/docker latest,dind,cli,27,27-dind,28,28-dind,28-cli,29-dind alpine 90 2375,2376 /usr/local/bin/dockerd-entrypoint.sh
docker.io/library/consul 1.13,1.14,1.15 alpine 45 8300,8500,8600 /usr/local/bin/docker-entrypoint.sh
docker.io/library/vault 1.12.0,1.13.3 alpine 80 8200 /usr/local/bin/docker-entrypoint.sh
docker.io/library/swarm latest distroless 10 2375 /swarm
docker.io/hashicorp/vault latest,1.15,1.19,1.20 alpine 150 8200 /usr/local/bin/docker-entrypoint.sh
docker.io/hashicorp/consul latest,1.18,1.21 alpine 60 8300,8500,8600 /usr/local/bin/docker-entrypoint.sh
docker.io/hashicorp/terraform latest,1.9,1.12 alpine 30 - /bin/terraform
docker.io/jenkins/jenkins latest,lts,lts-jdk17,lts-jdk21,alpine debian 220 8080,50000 /usr/local/bin/jenkins.sh
docker.io/gitlab/gitlab-ce latest debian 1200 22,80,443 /assets/wrapper
docker.io/gitlab/gitlab-runner latest,alpine debian 120 - /usr/bin/gitlab-runner
docker.io/portainer/portainer-ce latest,2.21.0,lts distroless 90 8000,9000,9443 /portainer
docker.io/minio/minio latest debian 60 9000 /usr/bin/minio
docker.io/bitnami/redis latest debian 50 6379 /opt/bitnami/redis/bin/redis-server=redis-server
docker.io/bitnamilegacy/redis latest,7.2,8.0 debian 50 6379 /opt/bitnami/redis/bin/redis-server=redis-server
docker.io/bitnami/postgresql latest debian 90 5432 /opt/bitnami/scripts/postgresql/entrypoint.sh
docker.io/bitnamilegacy/postgresql latest,16,17 debian 90 5432 /opt/bitnami/scripts/postgresql/entrypoint.sh
docker.io/bitnami/mysql latest debian 160 3306 /opt/bitnami/scripts/mysql/entrypoint.sh
docker.io/bitnami/wordpress latest debian 200 8080,8443 /opt/bitnami/scripts/wordpress/entrypoint.sh
docker.io/confluentinc/cp-kafka latest,7.4.0,7.6.0,8.0.0 debian 400 9092 /etc/confluent/docker/run
docker.io/apache/kafka latest,3.7.0,3.9.0,4.0.0 alpine 200 9092 /__cacert_entrypoint.sh
docker.io/apache/airflow latest,2.10.0,3.0.0 debian 400 8080 /entrypoint
docker.io/alpine/git latest,v2.47.2 alpine 8 - /usr/bin/git
docker.io/alpine/helm latest,3.17.0 alpine 30 - /usr/bin/helm
docker.io/alpine/k8s 1.31.0,1.33.0 alpine 200 - /bin/bash=bash
docker.io/alpine/socat latest alpine 2 - /usr/bin/socat
docker.io/lachlanevenson/k8s-kubectl latest,v1.25.4 alpine 18 - /usr/local/bin/kubectl=kubectl
docker.io/rancher/kubectl v1.31.0,v1.33.0,v1.35.0 distroless 18 - /bin/kubectl=kubectl
docker.io/rancher/hello-world latest alpine 8 80 /usr/bin/hello-world
docker.io/rancher/k3s v1.31.0-k3s1,v1.33.0-k3s1,latest distroless 70 - /bin/k3s
docker.io/kindest/node v1.31.0,v1.33.1,v1.34.0,v1.35.0 debian 330 - /usr/local/bin/entrypoint
docker.io/amazon/aws-cli latest,2.17.0 debian 120 - /usr/local/bin/aws
docker.io/google/cloud-sdk latest,alpine,slim debian 900 - /bin/bash=bash
docker.io/argoproj/rollouts-demo blue,green,yellow,orange,purple,red distroless 4 8080 /rollouts-demo
docker.io/stefanprodan/podinfo latest,6.0.0,6.5.0,6.9.0,6.9.2 alpine 24 9898 /home/app/podinfo=podinfo
docker.io/ealen/echo-server latest,0.9.2 alpine 40 80 /app/node_modules/.bin/node
docker.io/mendhak/http-https-echo latest,31,33,36 alpine 40 8080,8443 /usr/local/bin/node
docker.io/paulbouwer/hello-kubernetes 1.8,1.9,1.10,latest alpine 40 8080 /usr/local/bin/npm
docker.io/dockersamples/examplevotingapp_vote latest,before,after debian 40 80 /usr/local/bin/gunicorn
docker.io/dockersamples/examplevotingapp_result latest,before,after debian 60 80 /usr/local/bin/node
docker.io/dockersamples/examplevotingapp_worker latest debian 60 - /usr/bin/dotnet
docker.io/kodekloud/examplevotingapp_vote v1 debian 40 80 /usr/local/bin/gunicorn
docker.io/kodekloud/examplevotingapp_result v1 debian 60 80 /usr/local/bin/node
docker.io/kodekloud/examplevotingapp_worker v1 debian 60 - /usr/bin/dotnet
docker.io/kodekloud/simple-webapp latest debian 40 8080 /usr/local/bin/python
docker.io/kodekloud/simple-webapp-mysql latest debian 40 8080 /usr/local/bin/python
docker.io/kodekloud/ecommerce video,apparels,404,pay debian 40 8080 /usr/local/bin/python
docker.io/docker/whalesay latest debian 90 - /usr/games/cowsay
docker.io/docker/doodle latest,birthday,birthday2019 distroless 3 - /doodle
docker.io/dgkanatsios/simpleapp latest alpine 40 8080 /usr/local/bin/node=page 8080 {}
docker.io/lfccncf/arg-output latest distroless 3 - /arg-output
docker.io/nginx/nginx-ingress latest,3.4.0,4.0.0,5.0.0 debian 110 80,443 /nginx-ingress
docker.io/istio/pilot 1.24.0,1.26.0,1.27.0 debian 90 - /usr/local/bin/pilot-discovery
docker.io/istio/proxyv2 1.24.0,1.26.0,1.27.0 debian 110 - /usr/local/bin/pilot-agent
docker.io/istio/examples-bookinfo-productpage-v1 1.17.0,1.20.2,1.20.3 debian 80 9080 /usr/local/bin/gunicorn
docker.io/istio/examples-bookinfo-reviews-v1 1.17.0,1.20.2,1.20.3 debian 200 9080 /opt/ol/wlp/bin/server
docker.io/longhornio/longhorn-manager v1.7.0,v1.9.0 debian 120 - /launch-manager
docker.io/openebs/provisioner-localpv 4.0.0,4.2.0 distroless 28 - /provisioner-localpv
docker.io/envoyproxy/envoy v1.30.0,v1.32.0,v1.34.0 debian 60 10000 /usr/local/bin/envoy
docker.io/aquasec/trivy latest,0.55.0,0.65.0 alpine 60 - /usr/local/bin/trivy
docker.io/aquasec/kube-bench latest,v0.9.0 alpine 40 - /usr/local/bin/kube-bench
docker.io/falcosecurity/falco latest,0.39.0,0.41.0 debian 80 - /usr/bin/falco
docker.io/velero/velero v1.14.0,v1.16.0 distroless 60 - /velero
docker.io/nginx/nginx-prometheus-exporter latest,1.3.0 distroless 9 9113 /usr/bin/nginx-prometheus-exporter
docker.io/oliver006/redis_exporter latest,v1.66.0 distroless 9 9121 /redis_exporter
ghcr.io/argoproj/rollouts-demo blue,green,yellow distroless 4 8080 /rollouts-demo
ghcr.io/fluxcd/source-controller v1.4.0,v1.6.0 alpine 40 8080 /usr/local/bin/source-controller
ghcr.io/kyverno/kyverno v1.12.0,v1.14.0,v1.15.0 distroless 40 - /kyverno
ghcr.io/actions/actions-runner latest debian 500 - /home/runner/run.sh
mcr.microsoft.com/azuredocs/aks-helloworld v1 debian 170 80 /usr/bin/supervisord
mcr.microsoft.com/dotnet/aspnet 6.0,7.0,8.0,9.0,8.0-alpine debian 90 8080 /bin/bash=bash
mcr.microsoft.com/dotnet/sdk 6.0,7.0,8.0,9.0,8.0-alpine debian 280 - /bin/bash=bash
mcr.microsoft.com/dotnet/runtime 6.0,8.0,9.0 debian 80 - /bin/bash=bash
mcr.microsoft.com/dotnet/samples aspnetapp,dotnetapp debian 95 8080 /app/aspnetapp
mcr.microsoft.com/mssql/server 2019-latest,2022-latest debian 580 1433 /opt/mssql/bin/sqlservr
`;

/** Tools beside the server: what people run in these. */
const extras: Readonly<Record<string, readonly string[]>> = {
  'docker.io/wbitt/network-multitool': ['bash', 'curl', 'dig', 'host', 'ss', 'jq', 'tcpdump'],
  'docker.io/praqma/network-multitool': ['bash', 'curl', 'dig', 'host', 'ss', 'jq', 'tcpdump'],
  'docker.io/radial/busyboxplus': ['curl'],
  'docker.io/tutum/curl': ['curl'],
  'docker.io/yauritux/busybox-curl': ['curl'],
  'docker.io/tutum/dnsutils': ['dig', 'nslookup', 'host'],
  'docker.io/infoblox/dnstools': ['dig', 'host', 'curl'],
  'docker.io/alpine/k8s': ['bash', 'kubectl', 'curl', 'jq'],
};

function image(row: string): ImageDefinition {
  const [name = '', tags = '', base = '', megabytes = '1', ports = '-', command = '', ...args] = row.split(' ');
  const [path = '', runs = 'not-simulated'] = command.split('=');
  const files = [
    ...(path ? [program(path, runs, Number(megabytes) * 400_000)] : []),
    ...(extras[name] ?? []).map((each) => program(`/usr/bin/${each}`, each, 400_000)),
  ];
  const isClient = runs === 'kubectl' || runs === 'curl';
  return {
    ...hub(
      name,
      tags.split(','),
      {
        Env: [defaultPath],
        ...(ports === '-' ? {} : { ExposedPorts: Object.fromEntries(ports.split(',').map((port) => [`${port}/tcp`, {}])) }),
        ...(path && (isClient ? { Entrypoint: [path] } : { Cmd: [path, ...args] })),
      },
      [...(layersOf[base]?.() ?? []), layer(Number(megabytes), `COPY ${path || '/'} # ${tags.split(',')[0]}`, () => files)],
      { platforms: simplePlatforms },
    ),
    name,
  };
}

/** By their full names. */
export function otherImages(): Repositories {
  const named = new Map<string, string[]>();
  for (const row of rows.trim().split('\n')) {
    const name = row.slice(0, row.indexOf(' '));
    named.set(name, [...(named.get(name) ?? []), row]);
  }
  return Object.fromEntries([...named].map(([name, of]) => [name, () => of.map(image)]));
}
