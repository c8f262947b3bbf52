/** /metrics of etcd: server/etcdserver/metrics.go, server/storage/mvcc/metrics.go. */
import { type Family, labelsText, single } from '../apimachinery/metrics.ts';
import type { EtcdApi } from '../interfaces/etcd.ts';

/** What the member says of itself, as families of Prometheus. */
export function etcdFamilies(etcd: Pick<EtcdApi, 'status'>): Family[] {
  const status = etcd.status();
  const leads = status.leader !== '' && status.leader === status.memberId;
  const has = status.errors?.includes('etcdserver: no leader') !== true;
  const gauge = (name: string, help: string, value: number): Family => ({ name, type: 'gauge', help, samples: single(value) });
  return [
    gauge('etcd_server_has_leader', 'Whether or not a leader exists. 1 is existence, 0 is not.', has ? 1 : 0),
    gauge('etcd_server_is_leader', 'Whether or not this member is a leader. 1 if is, 0 otherwise.', leads ? 1 : 0),
    gauge('etcd_server_is_learner', 'Whether or not this member is a learner. 1 if is, 0 otherwise.', status.learner ? 1 : 0),
    {
      name: 'etcd_server_id',
      type: 'gauge',
      help: "Server or member ID in hexadecimal format. 1 for 'server_id' label with current ID.",
      samples: [[labelsText({ server_id: status.memberId }), 1]],
    },
    {
      name: 'etcd_server_version',
      type: 'gauge',
      help: "Which version is running. 1 for 'server_version' label with current version.",
      samples: [[labelsText({ server_version: status.version }), 1]],
    },
    gauge('etcd_server_proposals_committed_total', 'The total number of consensus proposals committed.', status.raftIndex),
    gauge('etcd_server_proposals_applied_total', 'The total number of consensus proposals applied.', status.raftIndex),
    gauge('etcd_server_proposals_pending', 'The current number of pending proposals to commit.', 0),
    gauge('etcd_server_quota_backend_bytes', 'Current backend storage quota size in bytes.', status.quotaBytes ?? 0),
    gauge('etcd_mvcc_db_total_size_in_bytes', 'Total size of the underlying database physically allocated in bytes.', status.dbSizeBytes),
    gauge('etcd_mvcc_db_total_size_in_use_in_bytes', 'Total size of the underlying database logically in use in bytes.', status.dbSizeBytes),
    gauge('etcd_debugging_mvcc_keys_total', 'Total number of keys.', status.keys),
    gauge('etcd_debugging_mvcc_current_revision', 'The current revision of store.', status.revision),
  ];
}
