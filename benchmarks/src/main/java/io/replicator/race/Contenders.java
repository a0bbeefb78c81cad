package io.replicator.race;

import java.util.List;

/** The contenders by name. */
final class Contenders {
    private Contenders() {}

    /** Those that race unless others are named; Bucardo takes longer than all of them together. */
    static List<String> usual() {
        return List.of("native", "replicator-wal", "replicator-trigger", "receive-only");
    }

    /** Those whose lag is of interest. */
    static List<String> usualForLag() {
        return List.of("native", "replicator-wal", "replicator-trigger");
    }

    static List<Contender> of(List<String> names, Installation installation, Cleanup cleanup) {
        return names.stream().map(name -> of(name, installation, cleanup)).toList();
    }

    /** @throws IllegalArgumentException when there is none of that name */
    private static Contender of(String name, Installation installation, Cleanup cleanup) {
        return switch (name) {
            case "native" -> new NativeSubscription(false);
            case "native-binary" -> new NativeSubscription(true);
            case "replicator-wal" -> new ReplicatorDaemon(installation, "wal");
            case "replicator-trigger" -> new ReplicatorDaemon(installation, "trigger");
            case "receive-only" -> new ReceiveOnly();
            case "bucardo" -> {
                Bucardo bucardo = new Bucardo(false);
                cleanup.add(bucardo::stop);
                yield bucardo;
            }
            default -> throw new IllegalArgumentException("there is no contender " + name);
        };
    }
}
