package io.replicator.schema;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatabaseSettingsTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            search_path | "$user", public       | '$user', 'public'
            search_path | "a""b,c", "it's" ,d   | 'a"b,c', 'it''s', 'd'
            search_path | ""                    | ''
            search_path | ``                    | ''
            TimeZone    | Europe/Paris          | 'Europe/Paris'
            DateStyle   | ISO, DMY              | 'ISO, DMY'
            app.tenant  | x'; DROP TABLE t; --  | 'x''; DROP TABLE t; --'
            """)
    void quotesValuesAndTheElementsOfLists(String name, String value, String quoted) {
        assertThat(DatabaseSettings.quotedValue(name, value)).isEqualTo(quoted);
    }
}
