package io.replicator.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class DumpScriptTest {
    private static final String PREAMBLE = """
            --
            -- PostgreSQL database dump
            --

            \\restrict Xy1

            -- Dumped from database version 15.1

            SET statement_timeout = 0;
            SELECT pg_catalog.set_config('search_path', '', false);

            """;

    @Test
    void cutsAtHeadersAndLeavesSessionSettingsOut() {
        List<DumpScript.Part> parts = DumpScript.split(PREAMBLE + """
                --
                -- Name: app; Type: SCHEMA; Schema: -; Owner: -
                --

                CREATE SCHEMA app;


                --
                -- Name: t; Type: TABLE; Schema: app; Owner: -
                --

                CREATE TABLE app.t (
                    id integer -- the key
                );
                """);

        assertThat(parts).extracting(DumpScript.Part::type).containsExactly("SCHEMA", "TABLE");
        assertThat(parts).extracting(DumpScript.Part::schema).containsExactly("-", "app");
        assertThat(parts).extracting(DumpScript.Part::name).containsExactly("app", "t");
        assertThat(parts.get(0).sql()).contains("CREATE SCHEMA app;").doesNotContain("set_config");
        assertThat(parts.get(1).sql()).contains("CREATE TABLE app.t").endsWith(");\n");
    }

    @Test
    void takesHeadersInsideTextsForText() {
        String header = "\n-- Name: fake; Type: TABLE; Schema: app; Owner: -\n";
        List<DumpScript.Part> parts = DumpScript.split(entry("FUNCTION", "AS $body$" + header + "$body$;")
                + entry("FUNCTION", "AS $$" + header + "$$;")
                + entry("COMMENT", "IS 'it''s" + header + "';")
                + entry("COMMENT", "IS E'it\\'s \\\\" + header + "';")
                + entry("TABLE", "\"a\"\"b" + header + "\" int);")
                + entry("TABLE", "/* outer /* inner */" + header + "*/;")
                + entry("INDEX", "CREATE INDEX;"));

        assertThat(parts)
                .extracting(DumpScript.Part::type)
                .containsExactly("FUNCTION", "FUNCTION", "COMMENT", "COMMENT", "TABLE", "TABLE", "INDEX");
        assertThat(parts.subList(0, 6))
                .allSatisfy(part -> assertThat(part.sql()).contains("Name: fake"));
    }

    @Test
    void endsAnEntryAtACommandForPsql() {
        List<DumpScript.Part> parts = DumpScript.split(entry("TABLE", "CREATE TABLE t ();") + "\\unrestrict Xy1\n\n");

        assertThat(parts)
                .singleElement()
                .satisfies(part -> assertThat(part.sql()).doesNotContain("unrestrict"));
    }

    @Test
    void readsNamesThatLookLikeHeaders() {
        List<DumpScript.Part> parts = DumpScript.split(
                "-- Name: a; Type: X a; Type: X_pkey; Type: CONSTRAINT; Schema: s; Owner: -\nALTER;\n");

        assertThat(parts).singleElement().satisfies(part -> {
            assertThat(part.name()).isEqualTo("a; Type: X a; Type: X_pkey");
            assertThat(part.type()).isEqualTo("CONSTRAINT");
        });
    }

    @Test
    void keepsParametersApartFromDollarQuotes() {
        List<DumpScript.Part> parts =
                DumpScript.split(entry("FUNCTION", "RETURN $1 + a$b$c;") + entry("TABLE", "CREATE TABLE t ();"));

        assertThat(parts).extracting(DumpScript.Part::type).containsExactly("FUNCTION", "TABLE");
    }

    private static String entry(String type, String sql) {
        return "--\n-- Name: x; Type: " + type + "; Schema: app; Owner: -\n--\n\n" + sql + "\n\n\n";
    }
}
