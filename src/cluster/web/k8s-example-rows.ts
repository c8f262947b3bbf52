/**
 * The manifests that the pages of kubernetes.io have their readers apply: the same names, images and numbers. A line an object: its path below /examples/ without
 * `.yaml` (`+`: one more object of the same file), kind, name and all else as flow YAML; lines that begin with blanks go on.
 */
export const exampleRows = `
admin/dns/dnsutils Pod dnsutils metadata: {namespace: default},spec: {containers: [{name: dnsutils,image: "registry.k8s.io/e2e-test-images/agnhost:2.39",
  imagePullPolicy: IfNotPresent}],restartPolicy: Always}
admin/namespace-dev Namespace development metadata: {labels: {name: development}}
admin/namespace-prod Namespace production metadata: {labels: {name: production}}
admin/resource/cpu-constraints-pod-2 Pod constraints-cpu-demo-2 spec: {containers: [{name: constraints-cpu-demo-2-ctr,image: nginx,
  resources: {limits: {cpu: "1.5"},requests: {cpu: "500m"}}}]}
admin/resource/cpu-constraints-pod-3 Pod constraints-cpu-demo-3 spec: {containers: [{name: constraints-cpu-demo-3-ctr,image: nginx,
  resources: {limits: {cpu: "800m"},requests: {cpu: "100m"}}}]}
admin/resource/cpu-constraints-pod-4 Pod constraints-cpu-demo-4 spec: {containers: [{name: constraints-cpu-demo-4-ctr,image: vish/stress}]}
admin/resource/cpu-constraints-pod Pod constraints-cpu-demo spec: {containers: [{name: constraints-cpu-demo-ctr,image: nginx,
  resources: {limits: {cpu: "800m"},requests: {cpu: "500m"}}}]}
admin/resource/cpu-constraints LimitRange cpu-min-max-demo-lr spec: {limits: [{max: {cpu: "800m"},min: {cpu: "200m"},type: Container}]}
admin/resource/cpu-defaults-pod-2 Pod default-cpu-demo-2 spec: {containers: [{name: default-cpu-demo-2-ctr,image: nginx,resources: {limits: {cpu: "1"}}}]}
admin/resource/cpu-defaults-pod-3 Pod default-cpu-demo-3 spec: {containers: [{name: default-cpu-demo-3-ctr,image: nginx,
  resources: {requests: {cpu: "0.75"}}}]}
admin/resource/cpu-defaults-pod Pod default-cpu-demo spec: {containers: [{name: default-cpu-demo-ctr,image: nginx}]}
admin/resource/cpu-defaults LimitRange cpu-limit-range spec: {limits: [{default: {cpu: 1},defaultRequest: {cpu: 0.5},type: Container}]}
admin/resource/memory-constraints-pod-2 Pod constraints-mem-demo-2 spec: {containers: [{name: constraints-mem-demo-2-ctr,image: nginx,
  resources: {limits: {memory: "1.5Gi"},requests: {memory: "800Mi"}}}]}
admin/resource/memory-constraints-pod-3 Pod constraints-mem-demo-3 spec: {containers: [{name: constraints-mem-demo-3-ctr,image: nginx,
  resources: {limits: {memory: "800Mi"},requests: {memory: "100Mi"}}}]}
admin/resource/memory-constraints-pod-4 Pod constraints-mem-demo-4 spec: {containers: [{name: constraints-mem-demo-4-ctr,image: nginx}]}
admin/resource/memory-constraints-pod Pod constraints-mem-demo spec: {containers: [{name: constraints-mem-demo-ctr,image: nginx,
  resources: {limits: {memory: "800Mi"},requests: {memory: "600Mi"}}}]}
admin/resource/memory-constraints LimitRange mem-min-max-demo-lr spec: {limits: [{max: {memory: "1Gi"},min: {memory: "500Mi"},type: Container}]}
admin/resource/memory-defaults-pod-2 Pod default-mem-demo-2 spec: {containers: [{name: default-mem-demo-2-ctr,image: nginx,
  resources: {limits: {memory: "1Gi"}}}]}
admin/resource/memory-defaults-pod-3 Pod default-mem-demo-3 spec: {containers: [{name: default-mem-demo-3-ctr,image: nginx,
  resources: {requests: {memory: "128Mi"}}}]}
admin/resource/memory-defaults-pod Pod default-mem-demo spec: {containers: [{name: default-mem-demo-ctr,image: nginx}]}
admin/resource/memory-defaults LimitRange mem-limit-range spec: {limits: [{default: {memory: "512Mi"},defaultRequest: {memory: "256Mi"},type: Container}]}
admin/resource/quota-mem-cpu-pod-2 Pod quota-mem-cpu-demo-2 spec: {containers: [{name: quota-mem-cpu-demo-2-ctr,image: redis,
  resources: {limits: {memory: "1Gi",cpu: "800m"},requests: {memory: "700Mi",cpu: "400m"}}}]}
admin/resource/quota-mem-cpu-pod Pod quota-mem-cpu-demo spec: {containers: [{name: quota-mem-cpu-demo-ctr,image: nginx,resources: {limits: {memory: "800Mi",
  cpu: "800m"},requests: {memory: "600Mi",cpu: "400m"}}}]}
admin/resource/quota-mem-cpu ResourceQuota mem-cpu-demo spec: {hard: {requests.cpu: "1",requests.memory: "1Gi",limits.cpu: "2",limits.memory: "2Gi"}}
admin/resource/quota-objects-pvc PersistentVolumeClaim pvc-quota-demo spec: {storageClassName: manual,accessModes: [ReadWriteOnce],
  resources: {requests: {storage: "3Gi"}}}
admin/resource/quota-objects ResourceQuota object-quota-demo spec: {hard: {persistentvolumeclaims: "1",services.loadbalancers: "2",services.nodeports: "0"}}
admin/resource/quota-pod-deployment Deployment pod-quota-demo spec: {selector: {matchLabels: {purpose: quota-demo}},replicas: 3,
  template: {metadata: {labels: {purpose: quota-demo}},spec: {containers: [{name: pod-quota-demo,image: nginx}]}}}
admin/resource/quota-pod ResourceQuota pod-demo spec: {hard: {pods: "2"}}
application/deployment-patch Deployment patch-demo spec: {replicas: 2,selector: {matchLabels: {app: nginx}},template: {metadata: {labels: {app: nginx}},
  spec: {containers: [{name: patch-demo-ctr,image: nginx}],tolerations: [{effect: NoSchedule,key: dedicated,value: test-team}]}}}
application/deployment-scale Deployment nginx-deployment spec: {selector: {matchLabels: {app: nginx}},replicas: 4,template: {metadata: {labels: {app: nginx}},
  spec: {containers: [{name: nginx,image: "nginx:1.16.1",ports: [{containerPort: 80}]}]}}}
application/deployment-update Deployment nginx-deployment spec: {selector: {matchLabels: {app: nginx}},replicas: 2,
  template: {metadata: {labels: {app: nginx}},spec: {containers: [{name: nginx,image: "nginx:1.16.1",ports: [{containerPort: 80}]}]}}}
application/deployment Deployment nginx-deployment spec: {selector: {matchLabels: {app: nginx}},replicas: 2,template: {metadata: {labels: {app: nginx}},
  spec: {containers: [{name: nginx,image: "nginx:1.14.2",ports: [{containerPort: 80}]}]}}}
application/guestbook/frontend-deployment Deployment frontend spec: {replicas: 3,selector: {matchLabels: {app: guestbook,tier: frontend}},
  template: {metadata: {labels: {app: guestbook,tier: frontend}},spec: {containers: [{name: php-redis,
  image: "us-docker.pkg.dev/google-samples/containers/gke/gb-frontend:v5",env: [{name: GET_HOSTS_FROM,value: dns}],resources: {requests: {cpu: "100m",
  memory: "100Mi"}},ports: [{containerPort: 80}]}]}}}
application/guestbook/frontend-service Service frontend metadata: {labels: {app: guestbook,tier: frontend}},spec: {ports: [{port: 80}],
  selector: {app: guestbook,tier: frontend}}
application/guestbook/redis-follower-deployment Deployment redis-follower metadata: {labels: {app: redis,role: follower,tier: backend}},spec: {replicas: 2,
  selector: {matchLabels: {app: redis}},template: {metadata: {labels: {app: redis,role: follower,tier: backend}},spec: {containers: [{name: follower,
  image: "us-docker.pkg.dev/google-samples/containers/gke/gb-redis-follower:v2",resources: {requests: {cpu: "100m",memory: "100Mi"}},
  ports: [{containerPort: 6379}]}]}}}
application/guestbook/redis-follower-service Service redis-follower metadata: {labels: {app: redis,role: follower,tier: backend}},
  spec: {ports: [{port: 6379}],selector: {app: redis,role: follower,tier: backend}}
application/guestbook/redis-leader-deployment Deployment redis-leader metadata: {labels: {app: redis,role: leader,tier: backend}},spec: {replicas: 1,
  selector: {matchLabels: {app: redis}},template: {metadata: {labels: {app: redis,role: leader,tier: backend}},spec: {containers: [{name: leader,
  image: "registry.k8s.io/redis@sha256:cb111d1bd870a6a471385a4a69ad17469d326e9dd91e0e455350cacf36e1b3ee",resources: {requests: {cpu: "100m",memory: "100Mi"}},
  ports: [{containerPort: 6379}]}]}}}
application/guestbook/redis-leader-service Service redis-leader metadata: {labels: {app: redis,role: leader,tier: backend}},spec: {ports: [{port: 6379,
  targetPort: 6379}],selector: {app: redis,role: leader,tier: backend}}
application/hpa/php-apache HorizontalPodAutoscaler php-apache spec: {scaleTargetRef: {apiVersion: apps/v1,kind: Deployment,name: php-apache},minReplicas: 1,
  maxReplicas: 10,metrics: [{type: Resource,resource: {name: cpu,target: {type: Utilization,averageUtilization: 50}}}]}
application/job/cronjob CronJob hello spec: {schedule: "* * * * *",jobTemplate: {spec: {template: {spec: {containers: [{name: hello,image: "busybox:1.28",
  imagePullPolicy: IfNotPresent,command: ["/bin/sh","-c","date; echo Hello from the Kubernetes cluster"]}],restartPolicy: OnFailure}}}}}
application/mysql/mysql-deployment Service mysql spec: {ports: [{port: 3306}],selector: {app: mysql},clusterIP: None}
+ Deployment mysql spec: {selector: {matchLabels: {app: mysql}},strategy: {type: Recreate},template: {metadata: {labels: {app: mysql}},
  spec: {containers: [{image: "mysql:9",name: mysql,env: [{name: MYSQL_ROOT_PASSWORD,value: password}],ports: [{containerPort: 3306,name: mysql}],
  volumeMounts: [{name: mysql-persistent-storage,mountPath: "/var/lib/mysql"}]}],volumes: [{name: mysql-persistent-storage,
  persistentVolumeClaim: {claimName: mysql-pv-claim}}]}}}
application/mysql/mysql-pv PersistentVolume mysql-pv-volume metadata: {labels: {type: local}},spec: {storageClassName: manual,capacity: {storage: "20Gi"},
  accessModes: [ReadWriteOnce],hostPath: {path: "/mnt/data"}}
+ PersistentVolumeClaim mysql-pv-claim spec: {storageClassName: manual,accessModes: [ReadWriteOnce],resources: {requests: {storage: "20Gi"}}}
application/nginx-app Service my-nginx-svc metadata: {labels: {app: nginx}},spec: {type: LoadBalancer,ports: [{port: 80}],selector: {app: nginx}}
+ Deployment my-nginx metadata: {labels: {app: nginx}},spec: {replicas: 3,selector: {matchLabels: {app: nginx}},template: {metadata: {labels: {app: nginx}},
  spec: {containers: [{name: nginx,image: "nginx:1.14.2",ports: [{containerPort: 80}]}]}}}
application/nginx-with-request Deployment nginx-deployment spec: {selector: {matchLabels: {app: nginx}},replicas: 2,
  template: {metadata: {labels: {app: nginx}},spec: {containers: [{name: nginx,image: nginx,resources: {limits: {memory: "128Mi",cpu: "500m"}},
  ports: [{containerPort: 80}]}]}}}
application/php-apache Deployment php-apache spec: {selector: {matchLabels: {run: php-apache}},template: {metadata: {labels: {run: php-apache}},
  spec: {containers: [{name: php-apache,image: registry.k8s.io/hpa-example,ports: [{containerPort: 80}],resources: {limits: {cpu: "500m"},
  requests: {cpu: "200m"}}}]}}}
+ Service php-apache metadata: {labels: {run: php-apache}},spec: {ports: [{port: 80}],selector: {run: php-apache}}
application/shell-demo Pod shell-demo spec: {volumes: [{name: shared-data,emptyDir: {}}],containers: [{name: nginx,image: nginx,
  volumeMounts: [{name: shared-data,mountPath: "/usr/share/nginx/html"}]}],hostNetwork: true,dnsPolicy: Default}
application/simple_deployment Deployment nginx-deployment spec: {selector: {matchLabels: {app: nginx}},minReadySeconds: 5,
  template: {metadata: {labels: {app: nginx}},spec: {containers: [{name: nginx,image: "nginx:1.14.2",ports: [{containerPort: 80}]}]}}}
application/update_deployment Deployment nginx-deployment spec: {selector: {matchLabels: {app: nginx}},template: {metadata: {labels: {app: nginx}},
  spec: {containers: [{name: nginx,image: "nginx:1.16.1",ports: [{containerPort: 80}]}]}}}
application/web/web Service nginx metadata: {labels: {app: nginx}},spec: {ports: [{port: 80,name: web}],clusterIP: None,selector: {app: nginx}}
+ StatefulSet web spec: {serviceName: nginx,replicas: 2,selector: {matchLabels: {app: nginx}},template: {metadata: {labels: {app: nginx}},
  spec: {containers: [{name: nginx,image: "registry.k8s.io/nginx-slim:0.21",ports: [{containerPort: 80,name: web}],volumeMounts: [{name: www,
  mountPath: "/usr/share/nginx/html"}]}]}},volumeClaimTemplates: [{metadata: {name: www},spec: {accessModes: [ReadWriteOnce],
  resources: {requests: {storage: "1Gi"}}}}]}
configmap/configmap-multikeys ConfigMap special-config metadata: {namespace: default},data: {SPECIAL_LEVEL: very,SPECIAL_TYPE: charm}
configmap/configmaps ConfigMap special-config metadata: {namespace: default},data: {special.how: very}
+ ConfigMap env-config metadata: {namespace: default},data: {log_level: INFO}
controllers/frontend ReplicaSet frontend metadata: {labels: {app: guestbook,tier: frontend}},spec: {replicas: 3,selector: {matchLabels: {tier: frontend}},
  template: {metadata: {labels: {tier: frontend}},spec: {containers: [{name: php-redis,
  image: "us-docker.pkg.dev/google-samples/containers/gke/gb-frontend:v5"}]}}}
controllers/job Job pi spec: {template: {spec: {containers: [{name: pi,image: "perl:5.34.0",command: [perl,"-Mbignum=bpi","-wle","print bpi(2000)"]}],
  restartPolicy: Never}},backoffLimit: 4}
controllers/nginx-deployment Deployment nginx-deployment metadata: {labels: {app: nginx}},spec: {replicas: 3,selector: {matchLabels: {app: nginx}},
  template: {metadata: {labels: {app: nginx}},spec: {containers: [{name: nginx,image: "nginx:1.14.2",ports: [{containerPort: 80}]}]}}}
controllers/replication ReplicationController nginx spec: {replicas: 3,selector: {app: nginx},template: {metadata: {name: nginx,labels: {app: nginx}},
  spec: {containers: [{name: nginx,image: nginx,ports: [{containerPort: 80}]}]}}}
customresourcedefinition/shirt-resource-definition CustomResourceDefinition shirts.stable.example.com spec: {group: stable.example.com,scope: Namespaced,
  names: {plural: shirts,singular: shirt,kind: Shirt},versions: [{name: v1,served: true,storage: true,schema: {openAPIV3Schema: {type: object,
  properties: {spec: {type: object,properties: {color: {type: string},size: {type: string}}}}}},selectableFields: [{jsonPath: ".spec.color"},
  {jsonPath: ".spec.size"}],additionalPrinterColumns: [{jsonPath: ".spec.color",name: Color,type: string},{jsonPath: ".spec.size",name: Size,type: string}]}]}
customresourcedefinition/shirt-resources Shirt example1 spec: {color: blue,size: S}
+ Shirt example2 spec: {color: blue,size: M}
+ Shirt example3 spec: {color: green,size: M}
debug/counter-pod Pod counter spec: {containers: [{name: count,image: "busybox:1.28",args: ["/bin/sh","-c",
  "i=0; while true; do echo \\"$i: $(date)\\"; i=$((i+1)); sleep 1; done"]}]}
debug/termination Pod termination-demo spec: {containers: [{name: termination-demo-container,image: debian,command: ["/bin/sh"],args: ["-c",
  "sleep 10 && echo Sleep expired > /dev/termination-log"]}]}
pods/commands Pod command-demo metadata: {labels: {purpose: demonstrate-command}},spec: {containers: [{name: command-demo-container,image: debian,
  command: [printenv],args: [HOSTNAME,KUBERNETES_PORT]}],restartPolicy: OnFailure}
pods/config/redis-pod Pod redis spec: {containers: [{name: redis,image: "redis:8.0.2",command: [redis-server,"/redis-master/redis.conf"],env: [{name: MASTER,
  value: "true"}],ports: [{containerPort: 6379}],resources: {limits: {cpu: "0.1"}},volumeMounts: [{mountPath: "/redis-master-data",name: data},
  {mountPath: "/redis-master",name: config}]}],volumes: [{name: data,emptyDir: {}},{name: config,configMap: {name: example-redis-config,
  items: [{key: redis-config,path: redis.conf}]}}]}
pods/init-containers Pod init-demo spec: {containers: [{name: nginx,image: nginx,ports: [{containerPort: 80}],volumeMounts: [{name: workdir,
  mountPath: "/usr/share/nginx/html"}]}],initContainers: [{name: install,image: "busybox:1.28",command: [wget,"-O","/work-dir/index.html",
  "http://info.cern.ch"],volumeMounts: [{name: workdir,mountPath: "/work-dir"}]}],dnsPolicy: Default,volumes: [{name: workdir,emptyDir: {}}]}
pods/inject/dapi-envars-pod Pod dapi-envars-fieldref spec: {containers: [{name: test-container,image: "registry.k8s.io/busybox:1.27.2",command: [sh,"-c"],
  args: ["while true; do echo -en '\\\\n'; printenv MY_NODE_NAME MY_POD_NAME MY_POD_NAMESPACE; printenv MY_POD_IP MY_POD_SERVICE_ACCOUNT; sleep 10; done;"],
  env: [{name: MY_NODE_NAME,valueFrom: {fieldRef: {fieldPath: spec.nodeName}}},{name: MY_POD_NAME,valueFrom: {fieldRef: {fieldPath: metadata.name}}},
  {name: MY_POD_NAMESPACE,valueFrom: {fieldRef: {fieldPath: metadata.namespace}}},{name: MY_POD_IP,valueFrom: {fieldRef: {fieldPath: status.podIP}}},
  {name: MY_POD_SERVICE_ACCOUNT,valueFrom: {fieldRef: {fieldPath: spec.serviceAccountName}}}]}],restartPolicy: Never}
pods/inject/dapi-volume Pod kubernetes-downwardapi-volume-example metadata: {labels: {zone: us-est-coast,cluster: test-cluster1,rack: rack-22},
  annotations: {build: two,builder: john-doe}},spec: {containers: [{name: client-container,image: "registry.k8s.io/busybox:1.27.2",command: [sh,"-c"],
  args: ["while true; do if [[ -e /etc/podinfo/labels ]]; then echo -en '\\\\n\\\\n'; cat /etc/podinfo/labels; fi; if [[ -e /etc/podinfo/annotations ]]; then echo -en '\\\\n\\\\n'; cat /etc/podinfo/annotations; fi; sleep 5; done;"],volumeMounts: [{name: podinfo,mountPath: "/etc/podinfo"}]}],volumes: [{name: podinfo,downwardAPI: {items: [{path: labels,fieldRef: {fieldPath: metadata.labels}},{path: annotations,fieldRef: {fieldPath: metadata.annotations}}]}}]}
pods/inject/dependent-envars Pod dependent-envars-demo spec: {containers: [{name: dependent-envars-demo,
  args: ["while true; do echo -en '\\\\n'; printf UNCHANGED_REFERENCE=$UNCHANGED_REFERENCE'\\\\n'; printf SERVICE_ADDRESS=$SERVICE_ADDRESS'\\\\n';printf ESCAPED_REFERENCE=$ESCAPED_REFERENCE'\\\\n'; sleep 30; done;"],command: [sh,"-c"],image: "busybox:1.28",env: [{name: SERVICE_PORT,value: "80"},{name: SERVICE_IP,value: "172.17.0.1"},{name: UNCHANGED_REFERENCE,value: "$(PROTOCOL)://$(SERVICE_IP):$(SERVICE_PORT)"},{name: PROTOCOL,value: https},{name: SERVICE_ADDRESS,value: "$(PROTOCOL)://$(SERVICE_IP):$(SERVICE_PORT)"},{name: ESCAPED_REFERENCE,value: "$$(PROTOCOL)://$(SERVICE_IP):$(SERVICE_PORT)"}]}]}
pods/inject/envars Pod envar-demo metadata: {labels: {purpose: demonstrate-envars}},spec: {containers: [{name: envar-demo-container,
  image: "gcr.io/google-samples/hello-app:2.0",env: [{name: DEMO_GREETING,value: Hello from the environment},{name: DEMO_FAREWELL,
  value: Such a sweet sorrow}]}]}
pods/inject/pod-secret-envFrom Pod envfrom-secret spec: {containers: [{name: envars-test-container,image: nginx,envFrom: [{secretRef: {name: test-secret}}]}]}
pods/inject/pod-single-secret-env-variable Pod env-single-secret spec: {containers: [{name: envars-test-container,image: nginx,env: [{name: SECRET_USERNAME,
  valueFrom: {secretKeyRef: {name: backend-user,key: backend-username}}}]}]}
pods/inject/secret-pod Pod secret-test-pod spec: {containers: [{name: test-container,image: nginx,volumeMounts: [{name: secret-volume,
  mountPath: "/etc/secret-volume",readOnly: true}]}],volumes: [{name: secret-volume,secret: {secretName: test-secret}}]}
pods/inject/secret Secret test-secret data: {username: bXktYXBw,password: Mzk1MjgkdmRnN0pi}
pods/lifecycle-events Pod lifecycle-demo spec: {containers: [{name: lifecycle-demo-container,image: nginx,lifecycle: {postStart: {exec: {command: ["/bin/sh",
  "-c","echo Hello from the postStart handler > /usr/share/message"]}},preStop: {exec: {command: ["/bin/sh","-c",
  "nginx -s quit; while killall -0 nginx; do sleep 1; done"]}}}}]}
pods/pod-configmap-env-var-valueFrom Pod dapi-test-pod spec: {containers: [{name: test-container,image: "registry.k8s.io/busybox:1.27.2",
  command: ["/bin/echo","$(SPECIAL_LEVEL_KEY) $(SPECIAL_TYPE_KEY)"],env: [{name: SPECIAL_LEVEL_KEY,valueFrom: {configMapKeyRef: {name: special-config,
  key: SPECIAL_LEVEL}}},{name: SPECIAL_TYPE_KEY,valueFrom: {configMapKeyRef: {name: special-config,key: SPECIAL_TYPE}}}]}],restartPolicy: Never}
pods/pod-configmap-envFrom Pod dapi-test-pod spec: {containers: [{name: test-container,image: "registry.k8s.io/busybox:1.27.2",command: ["/bin/sh","-c",env],
  envFrom: [{configMapRef: {name: special-config}}]}],restartPolicy: Never}
pods/pod-configmap-volume-specific-key Pod dapi-test-pod spec: {containers: [{name: test-container,image: "registry.k8s.io/busybox:1.27.2",
  command: ["/bin/sh","-c",cat /etc/config/keys],volumeMounts: [{name: config-volume,mountPath: "/etc/config"}]}],volumes: [{name: config-volume,
  configMap: {name: special-config,items: [{key: SPECIAL_LEVEL,path: keys}]}}],restartPolicy: Never}
pods/pod-configmap-volume Pod dapi-test-pod spec: {containers: [{name: test-container,image: "registry.k8s.io/busybox:1.27.2",command: ["/bin/sh","-c",
  ls /etc/config/],volumeMounts: [{name: config-volume,mountPath: "/etc/config"}]}],volumes: [{name: config-volume,configMap: {name: special-config}}],
  restartPolicy: Never}
pods/pod-multiple-configmap-env-variable Pod dapi-test-pod spec: {containers: [{name: test-container,image: "registry.k8s.io/busybox:1.27.2",
  command: ["/bin/sh","-c",env],env: [{name: SPECIAL_LEVEL_KEY,valueFrom: {configMapKeyRef: {name: special-config,key: special.how}}},{name: LOG_LEVEL,
  valueFrom: {configMapKeyRef: {name: env-config,key: log_level}}}]}],restartPolicy: Never}
pods/pod-nginx-preferred-affinity Pod nginx spec: {affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1,
  preference: {matchExpressions: [{key: disktype,operator: In,values: [ssd]}]}}]}},containers: [{name: nginx,image: nginx,imagePullPolicy: IfNotPresent}]}
pods/pod-nginx-required-affinity Pod nginx spec: {affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: disktype,operator: In,values: [ssd]}]}]}}},containers: [{name: nginx,image: nginx,imagePullPolicy: IfNotPresent}]}
pods/pod-nginx Pod nginx metadata: {labels: {env: test}},spec: {containers: [{name: nginx,image: nginx,imagePullPolicy: IfNotPresent}],
  nodeSelector: {disktype: ssd}}
pods/pod-single-configmap-env-variable Pod dapi-test-pod spec: {containers: [{name: test-container,image: "registry.k8s.io/busybox:1.27.2",
  command: ["/bin/sh","-c",env],env: [{name: SPECIAL_LEVEL_KEY,valueFrom: {configMapKeyRef: {name: special-config,key: special.how}}}]}],restartPolicy: Never}
pods/probe/exec-liveness Pod liveness-exec metadata: {labels: {test: liveness}},spec: {containers: [{name: liveness,image: "registry.k8s.io/busybox:1.27.2",
  args: ["/bin/sh","-c","touch /tmp/healthy; sleep 30; rm -f /tmp/healthy; sleep 600"],livenessProbe: {exec: {command: [cat,"/tmp/healthy"]},
  initialDelaySeconds: 5,periodSeconds: 5}}]}
pods/probe/http-liveness Pod liveness-http metadata: {labels: {test: liveness}},spec: {containers: [{name: liveness,
  image: "registry.k8s.io/e2e-test-images/agnhost:2.40",args: [liveness],livenessProbe: {httpGet: {path: "/healthz",port: 8080,
  httpHeaders: [{name: Custom-Header,value: Awesome}]},initialDelaySeconds: 3,periodSeconds: 3}}]}
pods/probe/tcp-liveness-readiness Pod goproxy metadata: {labels: {app: goproxy}},spec: {containers: [{name: goproxy,image: "registry.k8s.io/goproxy:0.1",
  ports: [{containerPort: 8080}],readinessProbe: {tcpSocket: {port: 8080},initialDelaySeconds: 15,periodSeconds: 10},livenessProbe: {tcpSocket: {port: 8080},
  initialDelaySeconds: 15,periodSeconds: 10}}]}
pods/qos/qos-pod-2 Pod qos-demo-2 metadata: {namespace: qos-example},spec: {containers: [{name: qos-demo-2-ctr,image: nginx,
  resources: {limits: {memory: "200Mi"},requests: {memory: "100Mi"}}}]}
pods/qos/qos-pod-3 Pod qos-demo-3 metadata: {namespace: qos-example},spec: {containers: [{name: qos-demo-3-ctr,image: nginx}]}
pods/qos/qos-pod-4 Pod qos-demo-4 metadata: {namespace: qos-example},spec: {containers: [{name: qos-demo-4-ctr-1,image: nginx,
  resources: {requests: {memory: "200Mi"}}},{name: qos-demo-4-ctr-2,image: redis}]}
pods/qos/qos-pod Pod qos-demo metadata: {namespace: qos-example},spec: {containers: [{name: qos-demo-ctr,image: nginx,resources: {limits: {memory: "200Mi",
  cpu: "700m"},requests: {memory: "200Mi",cpu: "700m"}}}]}
pods/resource/cpu-request-limit-2 Pod cpu-demo-2 metadata: {namespace: cpu-example},spec: {containers: [{name: cpu-demo-ctr-2,image: vish/stress,
  resources: {limits: {cpu: "100"},requests: {cpu: "100"}},args: ["-cpus","2"]}]}
pods/resource/cpu-request-limit Pod cpu-demo metadata: {namespace: cpu-example},spec: {containers: [{name: cpu-demo-ctr,image: vish/stress,
  resources: {limits: {cpu: "1"},requests: {cpu: "0.5"}},args: ["-cpus","2"]}]}
pods/resource/extended-resource-pod-2 Pod extended-resource-demo-2 spec: {containers: [{name: extended-resource-demo-2-ctr,image: nginx,
  resources: {requests: {example.com/dongle: 2},limits: {example.com/dongle: 2}}}]}
pods/resource/extended-resource-pod Pod extended-resource-demo spec: {containers: [{name: extended-resource-demo-ctr,image: nginx,
  resources: {requests: {example.com/dongle: 3},limits: {example.com/dongle: 3}}}]}
pods/resource/memory-request-limit-2 Pod memory-demo-2 metadata: {namespace: mem-example},spec: {containers: [{name: memory-demo-2-ctr,image: polinux/stress,
  resources: {requests: {memory: "50Mi"},limits: {memory: "100Mi"}},command: [stress],args: ["--vm","1","--vm-bytes","250M","--vm-hang","1"]}]}
pods/resource/memory-request-limit-3 Pod memory-demo-3 metadata: {namespace: mem-example},spec: {containers: [{name: memory-demo-3-ctr,image: polinux/stress,
  resources: {requests: {memory: "1000Gi"},limits: {memory: "1000Gi"}},command: [stress],args: ["--vm","1","--vm-bytes","150M","--vm-hang","1"]}]}
pods/resource/memory-request-limit Pod memory-demo metadata: {namespace: mem-example},spec: {containers: [{name: memory-demo-ctr,image: polinux/stress,
  resources: {requests: {memory: "100Mi"},limits: {memory: "200Mi"}},command: [stress],args: ["--vm","1","--vm-bytes","150M","--vm-hang","1"]}]}
pods/security/security-context-2 Pod security-context-demo-2 spec: {securityContext: {runAsUser: 1000},containers: [{name: sec-ctx-demo-2,
  image: "gcr.io/google-samples/hello-app:2.0",securityContext: {runAsUser: 2000,allowPrivilegeEscalation: false}}]}
pods/security/security-context-3 Pod security-context-demo-3 spec: {containers: [{name: sec-ctx-3,image: "gcr.io/google-samples/hello-app:2.0"}]}
pods/security/security-context-4 Pod security-context-demo-4 spec: {containers: [{name: sec-ctx-4,image: "gcr.io/google-samples/hello-app:2.0",
  securityContext: {capabilities: {add: [NET_ADMIN,SYS_TIME]}}}]}
pods/security/security-context Pod security-context-demo spec: {securityContext: {runAsUser: 1000,runAsGroup: 3000,fsGroup: 2000,supplementalGroups: [4000]},
  volumes: [{name: sec-ctx-vol,emptyDir: {}}],containers: [{name: sec-ctx-demo,image: "busybox:1.28",command: [sh,"-c",sleep 1h],
  volumeMounts: [{name: sec-ctx-vol,mountPath: "/data/demo"}],securityContext: {allowPrivilegeEscalation: false}}]}
pods/share-process-namespace Pod nginx spec: {shareProcessNamespace: true,containers: [{name: nginx,image: nginx},{name: shell,image: "busybox:1.28",
  command: [sleep,"3600"],securityContext: {capabilities: {add: [SYS_PTRACE]}},stdin: true,tty: true}]}
pods/simple-pod Pod nginx spec: {containers: [{name: nginx,image: "nginx:1.14.2",ports: [{containerPort: 80}]}]}
pods/storage/projected Pod test-projected-volume spec: {containers: [{name: test-projected-volume,image: "busybox:1.28",args: [sleep,"86400"],
  volumeMounts: [{name: all-in-one,mountPath: "/projected-volume",readOnly: true}]}],volumes: [{name: all-in-one,projected: {sources: [{secret: {name: user}},
  {secret: {name: pass}}]}}]}
pods/storage/pv-claim PersistentVolumeClaim task-pv-claim spec: {storageClassName: manual,accessModes: [ReadWriteOnce],
  resources: {requests: {storage: "3Gi"}}}
pods/storage/pv-pod Pod task-pv-pod spec: {volumes: [{name: task-pv-storage,persistentVolumeClaim: {claimName: task-pv-claim}}],
  containers: [{name: task-pv-container,image: nginx,ports: [{containerPort: 80,name: http-server}],volumeMounts: [{mountPath: "/usr/share/nginx/html",
  name: task-pv-storage}]}]}
pods/storage/pv-volume PersistentVolume task-pv-volume metadata: {labels: {type: local}},spec: {storageClassName: manual,capacity: {storage: "10Gi"},
  accessModes: [ReadWriteOnce],hostPath: {path: "/mnt/data"}}
pods/storage/redis Pod redis spec: {containers: [{name: redis,image: redis,volumeMounts: [{name: redis-storage,mountPath: "/data/redis"}]}],
  volumes: [{name: redis-storage,emptyDir: {}}]}
pods/two-container-pod Pod two-containers spec: {restartPolicy: Never,volumes: [{name: shared-data,emptyDir: {}}],containers: [{name: nginx-container,
  image: nginx,volumeMounts: [{name: shared-data,mountPath: "/usr/share/nginx/html"}]},{name: debian-container,image: debian,
  volumeMounts: [{name: shared-data,mountPath: "/pod-data"}],command: ["/bin/sh"],args: ["-c",
  "echo Hello from the debian container > /pod-data/index.html"]}]}
security/example-baseline-pod Pod nginx spec: {containers: [{image: nginx,name: nginx,ports: [{containerPort: 80}]}]}
service/access/backend-deployment Deployment backend spec: {selector: {matchLabels: {app: hello,tier: backend,track: stable}},replicas: 3,
  template: {metadata: {labels: {app: hello,tier: backend,track: stable}},spec: {containers: [{name: hello,image: "gcr.io/google-samples/hello-go-gke:1.0",
  ports: [{name: http,containerPort: 80}]}]}}}
service/access/backend-service Service hello spec: {selector: {app: hello,tier: backend},ports: [{protocol: TCP,port: 80,targetPort: http}]}
service/access/frontend-deployment Deployment frontend spec: {selector: {matchLabels: {app: hello,tier: frontend,track: stable}},replicas: 1,
  template: {metadata: {labels: {app: hello,tier: frontend,track: stable}},spec: {containers: [{name: nginx,image: "gcr.io/google-samples/hello-frontend:1.0",
  lifecycle: {preStop: {exec: {command: ["/usr/sbin/nginx","-s",quit]}}}}]}}}
service/access/frontend-service Service frontend spec: {selector: {app: hello,tier: frontend},ports: [{protocol: TCP,port: 80,targetPort: 80}],
  type: LoadBalancer}
service/access/hello-application Deployment hello-world spec: {selector: {matchLabels: {run: load-balancer-example}},replicas: 2,
  template: {metadata: {labels: {run: load-balancer-example}},spec: {containers: [{name: hello-world,
  image: "us-docker.pkg.dev/google-samples/containers/gke/hello-app:2.0",ports: [{containerPort: 8080,protocol: TCP}]}]}}}
service/load-balancer-example Deployment hello-world metadata: {labels: {app.kubernetes.io/name: load-balancer-example}},spec: {replicas: 5,
  selector: {matchLabels: {app.kubernetes.io/name: load-balancer-example}},template: {metadata: {labels: {app.kubernetes.io/name: load-balancer-example}},
  spec: {containers: [{image: "gcr.io/google-samples/hello-app:2.0",name: hello-world,ports: [{containerPort: 8080}]}]}}}
service/networking/hostaliases-pod Pod hostaliases-pod spec: {restartPolicy: Never,hostAliases: [{ip: "127.0.0.1",hostnames: [foo.local,bar.local]},
  {ip: "10.1.2.3",hostnames: [foo.remote,bar.remote]}],containers: [{name: cat-hosts,image: "busybox:1.28",command: [cat],args: ["/etc/hosts"]}]}
service/networking/nginx-policy NetworkPolicy access-nginx spec: {podSelector: {matchLabels: {app: nginx}},
  ingress: [{from: [{podSelector: {matchLabels: {access: "true"}}}]}]}
`;
