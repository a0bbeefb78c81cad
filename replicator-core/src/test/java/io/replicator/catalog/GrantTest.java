package io.replicator.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.catalog.Grant.Form;
import java.util.List;
import org.junit.jupiter.api.Test;

class GrantTest {
    private static final Grant TABLE = new Grant(Form.GRANT, List.of("INSERT", "SELECT"), "TABLE shop.t", null, "a\"b");

    @Test
    void quotesTheRoleAndJoinsPrivileges() {
        assertThat(TABLE.sql()).isEqualTo("GRANT INSERT, SELECT ON TABLE shop.t TO \"a\"\"b\"");
        assertThat(TABLE.only("SELECT").sql()).isEqualTo("GRANT SELECT ON TABLE shop.t TO \"a\"\"b\"");
    }

    @Test
    void namesTheColumnBehindEveryPrivilege() {
        assertThat(new Grant(Form.GRANT_OPTION, List.of("SELECT", "UPDATE"), "TABLE t", "v", "reader").sql())
                .isEqualTo("GRANT SELECT (\"v\"), UPDATE (\"v\") ON TABLE t TO \"reader\" WITH GRANT OPTION");
    }

    @Test
    void takesFromEverybodyWhatOthersHaveByDefault() {
        Grant revoked = new Grant(Form.REVOKE, List.of("EXECUTE"), "FUNCTIONS", null, Grant.PUBLIC);
        assertThat(new DefaultGrant("app", null, revoked).sql())
                .isEqualTo("ALTER DEFAULT PRIVILEGES FOR ROLE \"app\" REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC");
        assertThat(new DefaultGrant("app", "shop", revoked).sql())
                .isEqualTo("ALTER DEFAULT PRIVILEGES FOR ROLE \"app\" IN SCHEMA \"shop\" REVOKE EXECUTE ON FUNCTIONS"
                        + " FROM PUBLIC");
    }
}
