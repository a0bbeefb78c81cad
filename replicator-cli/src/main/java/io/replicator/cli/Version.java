package io.replicator.cli;

import picocli.CommandLine.IVersionProvider;

/** The version, which the build writes into the jar's manifest. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        String version = Version.class.getPackage().getImplementationVersion();
        return new String[] {"replicator " + (version == null ? "(not packaged)" : version)};
    }
}
