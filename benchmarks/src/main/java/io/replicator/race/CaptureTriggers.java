package io.replicator.race;

import io.replicator.capture.trigger.CaptureInstaller;
import io.replicator.capture.trigger.CaptureTeardown;
import io.replicator.catalog.CatalogReader;
import io.replicator.config.ConfigOverrides;
import io.replicator.config.ConfigReader;
import io.replicator.config.TableFilter;
import io.replicator.postgres.Database;
import io.replicator.postgres.Side;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;

/** Our own triggers. */
record CaptureTriggers(Cluster source) implements CostRace.Triggers {
    @Override
    public String name() {
        return "replicator";
    }

    @Override
    public void install(String name) {
        try (Database database = database(name);
                Connection connection = database.open("race")) {
            CaptureInstaller.install(database, CatalogReader.read(connection, TableFilter.ALL), _ -> {}, _ -> {});
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void remove(String name) {
        try (Database database = database(name)) {
            CaptureTeardown.remove(database, false);
        }
        source.execute(name, "DROP SCHEMA replicator CASCADE");
    }

    private Database database(String name) {
        return ConfigReader.of(new ConfigOverrides("race", source.url(name), source.url("postgres")), Map.of())
                .source()
                .database(Side.SOURCE);
    }
}
