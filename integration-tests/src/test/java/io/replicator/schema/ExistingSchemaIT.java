package io.replicator.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.replicator.catalog.Catalog;
import io.replicator.catalog.CatalogReader;
import io.replicator.config.SchemaConfig;
import io.replicator.config.TableFilter;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Database;
import io.replicator.postgres.Side;
import io.replicator.testkit.Endpoints;
import io.replicator.testkit.Servers;
import io.replicator.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class ExistingSchemaIT {
    @Test
    void namesTablesThatAreMissing() throws SQLException {
        TestDatabase source = Servers.source(15);
        TestDatabase target = Servers.target(17);
        source.execute("CREATE TABLE here (id int)", "CREATE TABLE gone (id int)");
        target.execute("CREATE TABLE here (id int)");
        try (Database sourceEnd = Endpoints.database(Side.SOURCE, source.url());
                Database targetEnd = Endpoints.database(Side.TARGET, target.url());
                Connection connection = sourceEnd.open("test")) {
            Catalog catalog = CatalogReader.read(connection, TableFilter.ALL);
            SchemaLoader schema = new ExistingSchema(
                    Endpoints.migration(source.url(), target.url(), SchemaConfig.Mode.EXISTING),
                    targetEnd,
                    () -> catalog);

            assertThatThrownBy(schema::preData)
                    .asInstanceOf(type(ReplicatorException.class))
                    .satisfies(failure -> assertThat(failure.code()).isEqualTo(ErrorCode.TABLE_MISSING))
                    .extracting(Throwable::getMessage)
                    .asString()
                    .endsWith("public.gone");

            target.execute("CREATE TABLE gone (id int)");
            schema.preData();
            schema.postData();
        }
        source.drop();
        target.drop();
    }
}
