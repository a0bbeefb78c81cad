package io.replicator.change;

/**
 * A column as the stream describes it.
 *
 * @param partOfIdentity whether the column belongs to the replica identity
 */
public record RelationColumn(String name, int typeOid, int typeModifier, boolean partOfIdentity) {}
