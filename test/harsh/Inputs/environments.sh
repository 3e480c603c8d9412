#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# environments.sh PROGRAM: runs it, without and with a race, in places that a
# program is not usually in. The status is 3 or 66, there is no word of MapSan's
# in the first, and a SUMMARY in the second, where anybody can hear it.
program=$1
count=0
unexpected() { echo "$* UNEXPECTED"; }

# check NAME HEARD STATUS STATUS-OF-RACE SCRIPT: $program and $how in the script.
check() {
  local name=$1 heard=$2 expected=$3 script=$5 how status
  for how in silent race; do
    # shellcheck disable=SC2034
    (export program how MAPSAN_OPTIONS="symbolize=0${options:+:$options}"; timeout 60 bash -c "$script") \
      >"$program.out" 2>"$program.err"
    status=$?
    [ "$status" = "$expected" ] || unexpected "$name, $how: status $status instead of $expected"
    case $heard-$how in
      yes-silent) [ ! -s "$program.err" ] || unexpected "$name: $(head -n 3 "$program.err")" ;;
      yes-race) grep -q '^SUMMARY: MapSanitizer: concurrent map writes' "$program.err" || unexpected "$name: not heard" ;;
    esac
    expected=$4
  done
  count=$((count + 1))
}

check "no environment" yes 3 66 'exec env -i "MAPSAN_OPTIONS=$MAPSAN_OPTIONS" $program $how'
check "closed stdin" yes 3 66 'exec $program $how <&-'
check "closed stdout" yes 3 66 'exec $program $how >&-'
check "closed stderr" no 3 66 'exec $program $how 2>&-'
check "nothing open" no 3 66 'exec $program $how <&- >&- 2>&-'
# What the program opens is not what it is reported to, though its number be 2.
check "a file in the place of stderr" no 3 66 'exec $program $how $program.data 2>&-'
[ "$(cat "$program.data")" = data ] || unexpected "the program's file: $(head -n 3 "$program.data")"
check "a full device" no 3 66 'exec $program $how 2>/dev/full'
check "a pipe without a reader" no 3 66 'exec $program $how 2> >(exec true)'
check "a small stack" yes 3 66 'ulimit -s 64; exec $program $how'
check "a boundless stack" yes 3 66 'ulimit -s unlimited; exec $program $how'
check "a bound on memory" yes 3 66 'ulimit -v 1000000; exec $program $how'
check "too little of it" no 3 3 'ulimit -v 65536; exec $program $how'
grep -q 'leaves no room for the .* this run is not watched' "$program.err" || unexpected "too little of it: not told"
check "few files" yes 3 66 'ulimit -n 4; exec $program $how'
check "without a name" yes 3 66 'exec -a "" $program $how'
check "its file deleted" yes 3 66 'cp $program $program.gone && exec 9<$program.gone && rm $program.gone && exec /proc/self/fd/9 $how'
options="=:::,stack_depth=99999999:report_frames=0:'x:exitcode=1000" \
  check "nonsense for options" no 3 66 'exec $program $how'
grep -q "'1000' is not a number from 0 to 255" "$program.err" || unexpected "a status of 1000: not told"
for library in libjemalloc.so.2 libtcmalloc_minimal.so.4; do
  check "$library" yes 3 66 "LD_PRELOAD=$library exec \$program \$how"
  grep -q 'cannot be preloaded' "$program.err" && unexpected "$library is missing"
done

# The rest wants to be root.
if [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null; then
  check "no /proc" yes 3 66 'exec unshare -m bash -c "umount -l /proc && exec $program $how"'
fi
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
  # A program of other rights than its caller's does not let him choose its files.
  folder=$(mktemp -d) && chmod 755 "$folder" && cp "$program" "$folder/program" && chmod u+s "$folder/program"
  options="log_path=$folder/log" check "setuid" no 3 66 \
    "exec setpriv --reuid=65534 --clear-groups $folder/program \$how"
  ls "$folder"/log* >/dev/null 2>&1 && unexpected "setuid: a log was written"
  rm -r "$folder"
fi
echo "DONE: $count environments"
