#!/bin/bash
# Starts a one-node Ceph cluster (mon + osd + radosgw) on 127.0.0.1 and prints what a client needs.
#
#   ceph/start.sh            start (or restart) and print S3_ENDPOINT=... lines; also in $CEPH_DIR/env
#   eval "$(ceph/start.sh)"  the same, into the shell
#
# Needs Debian's packages: radosgw ceph-mon ceph-osd ceph-common (CEPH_INSTALL=1 lets it apt-get them, as root).
#   CEPH_ROOT   a folder that ceph/unpack.sh filled: the programs are taken from there, nothing is installed, no root
#   CEPH_DIR    where the cluster lives (default: a fresh mktemp directory, its name is printed as CEPH_DIR=)
#   CEPH_STORE  memstore (default, in memory) or bluestore (a sparse file in $CEPH_DIR)
#   CEPH_SIZE   bytes of the store (default: 8 GiB memstore, 20 GiB bluestore)
#   S3_PORT     port of the gateway (default: a free one)
#   S3_ACCESS_KEY, S3_SECRET_KEY   the user's keys (default: firstred / firstredsecret)
#   CEPH_OWNER  a process id: when that process is gone, the cluster is stopped and removed (s3-server.ts sets it)
# A second start with the CEPH_DIR of a cluster stopped with 'stop.sh DIR keep' is quicker and brings its objects back.
set -euo pipefail
export LC_ALL=C
if [ -n "${CEPH_ROOT:-}" ]; then
  CEPH_ROOT=$(cd "$CEPH_ROOT" && pwd)
  for l in "$CEPH_ROOT"/usr/lib/*-linux-gnu "$CEPH_ROOT"/lib/*-linux-gnu; do
    [ -d "$l" ] && export LD_LIBRARY_PATH="$l:$l/ceph${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
  done
  export PATH="$CEPH_ROOT/usr/bin:$CEPH_ROOT/usr/sbin:$PATH" PYTHONPATH="$CEPH_ROOT/usr/lib/python3/dist-packages${PYTHONPATH:+:$PYTHONPATH}"
fi
need=(ceph-mon ceph-osd radosgw radosgw-admin ceph ceph-authtool monmaptool)
for b in "${need[@]}"; do
  command -v "$b" >/dev/null && continue
  if [ "${CEPH_INSTALL:-0}" = 1 ]; then
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends radosgw ceph-mon ceph-osd ceph-common; } >&2
    break
  fi
  echo "ceph/start.sh: $b is missing: apt-get install --no-install-recommends radosgw ceph-mon ceph-osd ceph-common (or CEPH_INSTALL=1)" >&2
  exit 3
done
dir=${CEPH_DIR:-$(mktemp -d -t ceph-s3.XXXXXX)}
mkdir -p "$dir"; dir=$(cd "$dir" && pwd)
store=${CEPH_STORE:-memstore}
size=${CEPH_SIZE:-$([ "$store" = memstore ] && echo 8589934592 || echo 21474836480)}
key=${S3_ACCESS_KEY:-firstred}; secret=${S3_SECRET_KEY:-firstredsecret}
free_port() { node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})' ; }
if [ -e "$dir/env" ]; then
  for f in "$dir"/run/*.pid; do # a dead one that nobody has reaped has an empty command line
    [ -e "$f" ] && { tr '\0' ' ' <"/proc/$(cat "$f")/cmdline" | grep -qF "$dir/ceph.conf"; } 2>/dev/null && { echo "ceph/start.sh: already running in $dir" >&2; exit 4; }
  done
fi
fresh=1; [ -e "$dir/ready" ] && [ "$(cat "$dir/ready")" = "$store" ] && fresh=0
if [ $fresh = 1 ]; then rm -rf "$dir"/{data,run,log,keyring,monmap,ceph.conf,env,ready}; fi
mkdir -p "$dir"/{data/mon,data/osd,data/rgw,run,log}
port=${S3_PORT:-$(free_port)}
if [ $fresh = 1 ]; then echo "$(free_port) $(uuidgen 2>/dev/null || cat /proc/sys/kernel/random/uuid)" > "$dir/ids"; fi
read -r monport fsid < "$dir/ids"

classdir=; plugindir=
for d in "${CEPH_ROOT:-}"/usr/lib/*/rados-classes "${CEPH_ROOT:-}"/usr/lib/rados-classes; do [ -e "$d/libcls_rgw.so" ] && classdir=$d; done
for d in "${CEPH_ROOT:-}"/usr/lib/*/ceph "${CEPH_ROOT:-}"/usr/lib/ceph; do [ -d "$d/erasure-code" ] && plugindir=$d; done
cat > "$dir/ceph.conf" <<CONF
[global]
fsid = $fsid
mon_host = v2:127.0.0.1:$monport
mon_initial_members = a
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
ms_bind_ipv4 = true
ms_bind_ipv6 = false
ms_bind_msgr1 = false
auth_cluster_required = cephx
auth_service_required = cephx
auth_client_required = cephx
auth_allow_insecure_global_id_reclaim = false
keyring = $dir/keyring
run_dir = $dir/run
pid_file = $dir/run/\$name.pid
admin_socket = $dir/run/\$name.asok
log_file = $dir/log/\$name.log
log_to_stderr = false
err_to_stderr = false
crash_dir = $dir/log
plugin_dir = $plugindir
erasure_code_dir = $plugindir/erasure-code
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 4
osd_pool_default_pgp_num = 4
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
mon_warn_on_pool_no_redundancy = false
mon_max_pg_per_osd = 2000
mon_data_avail_crit = 1
mon_data_avail_warn = 2
mon_osd_full_ratio = 0.99
mon_osd_nearfull_ratio = 0.98
mon_osd_backfillfull_ratio = 0.98
mon_cluster_log_file = $dir/log/cluster.log
paxos_propose_interval = 0.02
paxos_min_wait = 0.01
[mon.a]
mon_data = $dir/data/mon
[osd]
osd_data = $dir/data/osd
osd_journal = $dir/data/osd/journal
osd_objectstore = $store
memstore_device_bytes = $size
bluestore_block_size = $size
bluestore_block_create = true
bluestore_fsck_on_mount = false
osd_memory_target = 1073741824
osd_class_dir = $classdir
osd_class_load_list = *
osd_class_default_list = *
osd_op_queue = wpq
osd_scrub_during_recovery = false
osd_fast_shutdown = false
[client]
objecter_tick_interval = 0.2
mon_client_hunt_interval = 0.3
admin_socket = $dir/run/\$name.\$pid.asok
[client.rgw]
rgw_data = $dir/data/rgw
rgw_frontends = beast endpoint=127.0.0.1:$port tcp_nodelay=1
rgw_thread_pool_size = 64
rgw_dns_name = localhost
rgw_enable_usage_log = false
rgw_enable_gc_threads = true
rgw_lc_debug_interval = -1
CONF
export CEPH_CONF="$dir/ceph.conf"
wait_for() { # wait_for SECONDS COMMAND...
  local end=$((SECONDS + $1)); shift
  until "$@" >/dev/null 2>&1; do [ $SECONDS -lt $end ] || return 1; sleep 0.05; done
}
start() { # start NAME COMMAND...: in the foreground mode of the daemon, in its own session
  local name=$1; shift
  setsid "$@" -f </dev/null >"$dir/log/$name.out" 2>&1 &
  echo $! > "$dir/run/$name.pid"
}
fail() { echo "ceph/start.sh: $1; see $dir/log" >&2; tail -n 5 "$dir"/log/*.out >&2 || true; "$(dirname "$0")/stop.sh" "$dir" keep >&2 || true; exit 1; }
if [ $fresh = 1 ]; then
  ceph-authtool --create-keyring "$dir/keyring" --gen-key -n mon. --cap mon 'allow *' \
    >/dev/null
  ceph-authtool "$dir/keyring" --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *' >/dev/null
  ceph-authtool "$dir/keyring" --gen-key -n client.rgw --cap mon 'allow *' --cap osd 'allow *' >/dev/null
  ceph-authtool "$dir/keyring" --gen-key -n osd.0 --cap mon 'allow profile osd' --cap osd 'allow *' >/dev/null
  monmaptool --create --clobber --fsid "$fsid" --addv a "[v2:127.0.0.1:$monport]" "$dir/monmap" >/dev/null
  ceph-mon -c "$dir/ceph.conf" --mkfs -i a --monmap "$dir/monmap" --keyring "$dir/keyring" >"$dir/log/mon-mkfs.out" 2>&1 || fail 'mon mkfs failed'
fi
start mon.a ceph-mon -c "$dir/ceph.conf" -i a
if [ $fresh = 1 ]; then
  uuid=$(cat /proc/sys/kernel/random/uuid)
  { # one client for everything: the pools made here, in one go, are what makes the first start quick
    echo "osd create $uuid 0"
    for p in .rgw.root default.rgw.log default.rgw.control default.rgw.meta default.rgw.buckets.index default.rgw.buckets.data default.rgw.buckets.non-ec; do
      echo "osd pool create $p 4 4"; echo "osd pool application enable $p rgw"
    done
  } | timeout 60 ceph -c "$dir/ceph.conf" --connect-timeout 30 >"$dir/log/setup.out" 2>&1 || fail 'the mon does not answer'
  ceph-osd -c "$dir/ceph.conf" -i 0 --mkfs --osd-uuid "$uuid" >"$dir/log/osd-mkfs.out" 2>&1 || fail 'osd mkfs failed'
fi
start osd.0 ceph-osd -c "$dir/ceph.conf" -i 0
start client.rgw radosgw -c "$dir/ceph.conf" -n client.rgw
if [ $fresh = 1 ]; then
  timeout 60 radosgw-admin -c "$dir/ceph.conf" -n client.rgw user create --uid="$key" --display-name="$key" --access-key="$key" --secret-key="$secret" >"$dir/log/user.out" 2>&1 || fail 'user create failed'
fi
answers() { (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; }
wait_for 60 answers || fail 'the gateway does not answer'
echo "$store" > "$dir/ready"
cat > "$dir/env" <<ENV
S3_ENDPOINT=http://127.0.0.1:$port
S3_ACCESS_KEY=$key
S3_SECRET_KEY=$secret
S3_REGION=us-east-1
CEPH_DIR=$dir
CEPH_PATH=$PATH
CEPH_LIBRARIES=${LD_LIBRARY_PATH:-}
PROBE_PIDS=$(cat "$dir/run/mon.a.pid"),$(cat "$dir/run/osd.0.pid"),$(cat "$dir/run/client.rgw.pid")
ENV
if [ -n "${CEPH_OWNER:-}" ]; then
  setsid bash -c 'while [ -e "$2/run/mon.a.pid" ]; do kill -0 "$1" 2>/dev/null || exec "$3" "$2"; sleep 0.5; done' \
    _ "$CEPH_OWNER" "$dir" "$(cd "$(dirname "$0")" && pwd)/stop.sh" </dev/null >/dev/null 2>&1 &
fi
sed 's/^/export /' "$dir/env"
