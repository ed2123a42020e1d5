package org.cofitune.model;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** The seven linear maps of a decoder layer, under their Hugging Face names. */
public enum Projection {
  Q_PROJ("self_attn.q_proj"),
  K_PROJ("self_attn.k_proj"),
  V_PROJ("self_attn.v_proj"),
  O_PROJ("self_attn.o_proj"),
  GATE_PROJ("mlp.gate_proj"),
  UP_PROJ("mlp.up_proj"),
  DOWN_PROJ("mlp.down_proj");

  /** The attention's projections, {@code mha}. */
  public static final Set<Projection> ATTENTION =
      Set.copyOf(EnumSet.of(Q_PROJ, K_PROJ, V_PROJ, O_PROJ));

  /** The feed-forward network's projections, {@code ffn}. */
  public static final Set<Projection> FEED_FORWARD =
      Set.copyOf(EnumSet.of(GATE_PROJ, UP_PROJ, DOWN_PROJ));

  private final String path;

  Projection(String path) {
    this.path = path;
  }

  /** The name within a layer, for example {@code mlp.up_proj}. */
  public String path() {
    return path;
  }

  /** The short name that recipes and regions use, for example {@code up_proj}. */
  public String shortName() {
    return path.substring(path.indexOf('.') + 1);
  }

  /** The name of this projection's weight in a layer, as a checkpoint stores it. */
  public String weight(int layer) {
    return ParameterNames.layer(layer) + path + ".weight";
  }

  /** The name of this projection's bias in a layer. */
  public String bias(int layer) {
    return ParameterNames.layer(layer) + path + ".bias";
  }

  /** The projection with a short name such as {@code up_proj}. */
  public static Optional<Projection> named(String shortName) {
    return Arrays.stream(values()).filter(p -> p.shortName().equals(shortName)).findFirst();
  }
}
