# Shared by the commands of this folder: builds what has changed and sets root, lib and java.
# shellcheck shell=sh

root=$(cd "$(dirname "$0")/.." && pwd -P)
lib=$root/benchmarks/target/benchmarks/lib

find_java() {
    for home in "${JAVA_HOME:-}" /usr/lib/jvm/* /opt/java/* "${HOME:-/}"/.sdkman/candidates/java/*; do
        if [ -x "$home/bin/java" ] && [ -r "$home/release" ]; then
            version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release")
            if [ "${version:-0}" -ge 25 ]; then
                printf '%s\n' "$home/bin/java"
                return 0
            fi
        fi
    done
    echo "$0: needs a JDK 25 or newer, set JAVA_HOME" >&2
    return 1
}

java=$(find_java)
built=$(ls "$lib"/benchmarks-*.jar 2>/dev/null | head -n 1 || true)
if [ -z "$built" ] || [ -n "$(find "$root/benchmarks/src/main" "$root/benchmarks/pom.xml" \
    "$root/replicator-core/src/main" -newer "$built" | head -n 1)" ]; then
    echo "building the benchmarks..." >&2
    (cd "$root" && mvn -B -q -ntp -Dstyle.color=never -Dmaven.test.skip=true package -pl benchmarks -am) >&2
fi
