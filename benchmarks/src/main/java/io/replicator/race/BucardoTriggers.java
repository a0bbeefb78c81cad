package io.replicator.race;

import java.nio.file.Path;

/** The triggers that Bucardo puts on the source's tables. */
final class BucardoTriggers implements CostRace.Triggers {
    private final Cluster source;
    private final Cluster target;
    private final Path directory;
    private final Bucardo bucardo = new Bucardo(false);

    BucardoTriggers(Cluster source, Cluster target, Path directory) {
        this.source = source;
        this.target = target;
        this.directory = directory;
    }

    @Override
    public String name() {
        return bucardo.name();
    }

    @Override
    public void install(String database) {
        target.drop(database);
        target.execute("postgres", "CREATE DATABASE " + database);
        Workload.TPCB.create(target, database, directory);
        bucardo.install(new Arena(source, database, target, database, directory));
    }

    @Override
    public void remove(String database) {
        bucardo.close();
        source.execute(database, "DROP SCHEMA bucardo CASCADE");
        target.drop(database);
    }
}
