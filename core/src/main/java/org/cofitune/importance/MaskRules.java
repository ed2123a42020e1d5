package org.cofitune.importance;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.cofitune.model.Projection;

/**
 * Whose importance masks the rows of a projection. A projection without a rule is not masked.
 *
 * @param kinds by projection; each must have a row per unit, or {@code headDim} rows per head
 */
public record MaskRules(Map<Projection, UnitKind> kinds) {
  private static final Map<Projection, Set<UnitKind>> POSSIBLE =
      new EnumMap<>(
          Map.of(
              Projection.Q_PROJ, EnumSet.of(UnitKind.HEAD),
              Projection.K_PROJ, EnumSet.of(UnitKind.HEAD),
              Projection.V_PROJ, EnumSet.of(UnitKind.HEAD),
              Projection.O_PROJ, EnumSet.of(UnitKind.OUTPUT),
              Projection.GATE_PROJ, EnumSet.of(UnitKind.INTERMEDIATE),
              Projection.UP_PROJ, EnumSet.of(UnitKind.INTERMEDIATE),
              Projection.DOWN_PROJ, EnumSet.of(UnitKind.OUTPUT)));

  /** The rules of METHOD.md section 5: up by intermediate, down by output, q, k, v by head. */
  public static final MaskRules DEFAULT =
      new MaskRules(
          Map.of(
              Projection.Q_PROJ, UnitKind.HEAD,
              Projection.K_PROJ, UnitKind.HEAD,
              Projection.V_PROJ, UnitKind.HEAD,
              Projection.UP_PROJ, UnitKind.INTERMEDIATE,
              Projection.DOWN_PROJ, UnitKind.OUTPUT));

  public MaskRules {
    kinds.forEach(
        (projection, kind) -> {
          if (!POSSIBLE.get(projection).contains(kind)) {
            throw new IllegalArgumentException(
                projection.shortName() + " has no row per unit of " + kind.word());
          }
        });
    kinds = Map.copyOf(kinds);
  }

  /** These rules, and {@code gate_proj} shares the importance of {@code up_proj}'s neurons. */
  public MaskRules withGateSharingIntermediate() {
    return with(Projection.GATE_PROJ, UnitKind.INTERMEDIATE);
  }

  /** These rules and another. */
  public MaskRules with(Projection projection, UnitKind kind) {
    Map<Projection, UnitKind> more = new EnumMap<>(Projection.class);
    more.putAll(kinds);
    more.put(projection, kind);
    return new MaskRules(more);
  }
}
