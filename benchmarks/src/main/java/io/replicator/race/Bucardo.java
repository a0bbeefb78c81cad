package io.replicator.race;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Bucardo with one sync of all tables, its control database on the target server; as Debian packages it. */
final class Bucardo implements Contender {
    private @Nullable Arena arena;

    @Override
    public String name() {
        return "bucardo";
    }

    @Override
    public boolean wantsRows() {
        return true;
    }

    @Override
    public void begin(Arena where) {
        arena = where;
        where.target().execute("postgres", "DROP DATABASE IF EXISTS bucardo WITH (FORCE)");
        where.target()
                .execute(
                        "postgres",
                        "DO $$ BEGIN CREATE ROLE bucardo SUPERUSER LOGIN; EXCEPTION WHEN duplicate_object THEN END $$",
                        "CREATE DATABASE bucardo OWNER bucardo");
        bucardo("install", "--batch", "--dbname=bucardo", "--dbuser=bucardo");
        bucardo("add", "db", "one", database(where.source()));
        bucardo("add", "db", "two", database(where.target()));
        bucardo("add", "all", "tables", "--relgroup=all", "db=one");
        bucardo("add", "sync", "race", "relgroup=all", "dbs=one:source,two:target", "autokick=1");
        bucardo("start");
    }

    private static String database(Cluster cluster) {
        return "dbname=race host=127.0.0.1 port=" + cluster.port() + " user=postgres";
    }

    private void bucardo(String... arguments) {
        Arena where = Objects.requireNonNull(arena);
        List<String> command = new java.util.ArrayList<>(List.of(
                "bucardo",
                "--dbhost=127.0.0.1",
                "--dbport=" + where.target().port(),
                "--dbname=bucardo",
                "--dbuser=bucardo",
                "--log-destination=" + where.directory(),
                "--piddir=" + where.directory(),
                "--quiet"));
        command.addAll(List.of(arguments));
        Programs.run(where.directory().resolve("bucardo.log"), Map.of(), command);
    }

    @Override
    public void pause() {
        bucardo("stop");
    }

    @Override
    public void resume() {
        bucardo("start");
    }

    @Override
    public void close() {
        if (arena != null) {
            bucardo("stop");
        }
    }
}
