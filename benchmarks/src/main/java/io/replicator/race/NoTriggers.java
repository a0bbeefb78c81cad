package io.replicator.race;

/** The measure: the source as it is. */
record NoTriggers() implements CostRace.Triggers {
    @Override
    public String name() {
        return CostRace.PLAIN;
    }

    @Override
    public void install(String database) {}

    @Override
    public void remove(String database) {}
}
