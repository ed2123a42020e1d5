package org.cofitune.search;

/** How the children of a node are made; a tree is a list of these. */
public enum TreeLevel {
  /** The lower, middle and upper half of the node's layers. */
  HALVES,
  /** The two halves of the node's layers: quarters of the model after {@link #HALVES}. */
  QUARTERS,
  /** Attention alone, feed-forward alone. */
  BLOCKS,
  /** Groups of single projections within the node's block. */
  PROJECTIONS
}
