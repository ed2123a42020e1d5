package org.cofitune.importance;

import java.util.Optional;

/**
 * Importance on one corpus.
 *
 * @param vectors as measured
 * @param description where it comes from; the authors' files do not say
 */
public record Importance(ImportanceVectors vectors, Optional<ImportanceDescription> description) {}
