package org.cofitune.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RegionTreeTest {
  private static final String ALL = "q_proj,k_proj,v_proj,o_proj,gate_proj,up_proj,down_proj";

  @Test
  void theDefaultTreeOf32LayersIsThePapers() {
    RegionTree tree = new RegionTree(32, RegionTree.DEFAULT_LEVELS);
    List<Candidate> halves = tree.children(tree.root());
    List<Candidate> quarters = tree.children(halves.get(1));
    List<Candidate> blocks = tree.children(quarters.get(0));

    assertThat(tree.root().name()).isEqualTo("0-31:" + ALL);
    assertThat(names(halves)).containsExactly("0-15:" + ALL, "8-23:" + ALL, "16-31:" + ALL);
    assertThat(names(quarters)).containsExactly("8-15:" + ALL, "16-23:" + ALL);
    assertThat(names(blocks))
        .containsExactly("8-15:q_proj,k_proj,v_proj,o_proj", "8-15:gate_proj,up_proj,down_proj");
    assertThat(names(tree.children(blocks.get(1))))
        .containsExactly(
            "8-15:up_proj,down_proj", "8-15:gate_proj,up_proj", "8-15:up_proj", "8-15:down_proj");
    assertThat(names(tree.children(blocks.get(0))))
        .containsExactly("8-15:q_proj,k_proj", "8-15:v_proj,o_proj", "8-15:q_proj,k_proj,v_proj");
  }

  @Test
  void quartersUseTheModelsBoundariesNotTheHalfs() {
    RegionTree tree = new RegionTree(6, RegionTree.DEFAULT_LEVELS);
    List<Candidate> halves = tree.children(tree.root());

    assertThat(names(halves)).containsExactly("0-2:" + ALL, "2-4:" + ALL, "3-5:" + ALL);
    assertThat(names(tree.children(halves.get(1)))).containsExactly("2-2:" + ALL, "3-4:" + ALL);
  }

  @Test
  void aModelTooShallowToSplitHasNoEmptyChildrenAndNoneTwice() {
    RegionTree tree = new RegionTree(1, RegionTree.DEFAULT_LEVELS);

    assertThat(names(tree.children(tree.root()))).isEmpty();
  }

  @Test
  void belowTheLastLevelThereIsNothing() {
    RegionTree tree = new RegionTree(4, List.of(TreeLevel.BLOCKS));
    List<Candidate> blocks = tree.children(tree.root());

    assertThat(blocks).hasSize(2);
    assertThat(tree.children(blocks.get(0))).isEmpty();
  }

  private static List<String> names(List<Candidate> candidates) {
    return candidates.stream().map(Candidate::name).toList();
  }
}
