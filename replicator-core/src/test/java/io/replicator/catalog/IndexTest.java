package io.replicator.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.change.ReplicaIdentity;
import java.util.List;
import org.junit.jupiter.api.Test;

class IndexTest {
    private static final Index PRIMARY = index("t_pkey", true, true, false, "a", "b");
    private static final Index UNIQUE = index("t_u", false, true, false, "c");
    private static final Index IDENTITY = index("t_i", false, true, true, "d");

    @Test
    void primaryKeyComesBeforeUniqueIndexes() {
        assertThat(Index.key(List.of(UNIQUE, PRIMARY), ReplicaIdentity.DEFAULT)).isEqualTo(PRIMARY);
        assertThat(Index.key(List.of(UNIQUE, PRIMARY), ReplicaIdentity.FULL)).isEqualTo(PRIMARY);
    }

    @Test
    void indexOfTheReplicaIdentityComesBeforeThePrimaryKey() {
        assertThat(Index.key(List.of(PRIMARY, IDENTITY), ReplicaIdentity.INDEX)).isEqualTo(IDENTITY);
        assertThat(Index.key(List.of(PRIMARY, IDENTITY), ReplicaIdentity.DEFAULT))
                .isEqualTo(PRIMARY);
    }

    @Test
    void fewestColumnsComeFirstAmongUniqueIndexes() {
        Index wide = index("a_wide", false, true, false, "a", "b");

        assertThat(Index.key(List.of(wide, UNIQUE), ReplicaIdentity.DEFAULT)).isEqualTo(UNIQUE);
    }

    @Test
    void indexesThatDoNotIdentifyAreNoKey() {
        Index nullable = new Index("n", List.of("a"), false, true, false, true, true, false, false);
        Index deferrable = new Index("d", List.of("a"), true, true, false, false, true, true, false);
        Index invalid = new Index("i", List.of("a"), false, true, false, true, false, true, false);
        Index exclusion = new Index("x", List.of("a"), true, true, true, true, true, true, false);
        Index expression = new Index("e", List.of(), false, true, false, true, true, true, false);

        assertThat(Index.key(List.of(nullable, deferrable, invalid, exclusion, expression), ReplicaIdentity.DEFAULT))
                .isNull();
    }

    @Test
    void identityIsUsableOnlyWithWhatItNames() {
        assertThat(Index.identityUsable(List.of(PRIMARY), ReplicaIdentity.DEFAULT))
                .isTrue();
        assertThat(Index.identityUsable(List.of(UNIQUE), ReplicaIdentity.DEFAULT))
                .isFalse();
        assertThat(Index.identityUsable(List.of(IDENTITY), ReplicaIdentity.INDEX))
                .isTrue();
        assertThat(Index.identityUsable(List.of(PRIMARY), ReplicaIdentity.INDEX))
                .isFalse();
        assertThat(Index.identityUsable(List.of(), ReplicaIdentity.FULL)).isTrue();
        assertThat(Index.identityUsable(List.of(PRIMARY), ReplicaIdentity.NOTHING))
                .isFalse();
    }

    private static Index index(String name, boolean primary, boolean plain, boolean identity, String... columns) {
        return new Index(name, List.of(columns), primary, true, false, true, true, plain, identity);
    }
}
