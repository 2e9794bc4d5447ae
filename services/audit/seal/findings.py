"""What checking the register can find, each with its place and its sentence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shared.contracts.texts import Text


class What(StrEnum):
    """What is wrong."""

    ACTIVITY_CHANGED = "activity-changed"
    ACTIVITY_DOUBLE = "activity-double"
    ACTIVITY_MISSING = "activity-missing"
    ACTIVITY_UNSEALED = "activity-unsealed"
    CHECKPOINT_FORGED = "checkpoint-forged"
    ENTRY_CHANGED = "entry-changed"
    KEY_MISSING = "key-missing"
    LEAF_MISSING = "leaf-missing"
    LEAF_UNSIGNED = "leaf-unsigned"
    NAME_CHANGED = "name-changed"
    NAME_MISSING = "name-missing"
    NODE_CHANGED = "node-changed"
    ORDER_CHANGED = "order-changed"
    ROOT_DIFFERS = "root-differs"
    TAIL_CUT = "tail-cut"


SENTENCES = {
    What.ACTIVITY_CHANGED: Text("l’activité n’est plus celle qui a été scellée", "the activity is not the sealed one"),
    What.ACTIVITY_DOUBLE: Text("l’activité est inscrite deux fois", "the activity stands twice"),
    What.ACTIVITY_MISSING: Text("l’activité scellée a disparu", "the sealed activity is gone"),
    What.ACTIVITY_UNSEALED: Text("l’activité a été ajoutée sans sceau", "the activity was added without a seal"),
    What.CHECKPOINT_FORGED: Text(
        "le point de contrôle n’est signé par aucune clé connue", "the checkpoint is signed by no key that is known"
    ),
    What.ENTRY_CHANGED: Text("l’index des listes ne dit plus la même chose", "the finding aid says something else"),
    What.KEY_MISSING: Text("la clé du nom a disparu, mais pas le nom", "the key of the name is gone, the name is not"),
    What.LEAF_MISSING: Text("la feuille du journal a disparu", "the leaf of the log is gone"),
    What.LEAF_UNSIGNED: Text("la suite du journal n’est pas signée", "the log goes on unsigned"),
    What.NAME_CHANGED: Text("le nom n’est plus celui qui a été scellé", "the name is not the sealed one"),
    What.NAME_MISSING: Text(
        "le nom a été retiré sans effacement consigné", "the name is gone and no erasure is recorded"
    ),
    What.NODE_CHANGED: Text("un nœud de l’arbre a été changé", "a node of the tree was changed"),
    What.ORDER_CHANGED: Text("l’ordre d’arrivée a été changé", "the order of arrival was changed"),
    What.ROOT_DIFFERS: Text("le journal n’est plus celui qui a été signé", "the log is not the one that was signed"),
    What.TAIL_CUT: Text("la fin du journal a été coupée", "the end of the log was cut off"),
}


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing that is wrong: at a leaf, or somewhere from `index` up to but without `end`; an activity by its seq."""

    index: int
    end: int
    what: What
    seq: int | None = None
    detail: str = ""

    def sentence(self, language: str) -> str:
        """Say it."""
        return SENTENCES[self.what].in_(language)


def at(index: int, what: What, seq: int | None = None, detail: str = "") -> Finding:
    """Name what is wrong at one leaf."""
    return Finding(index, index + 1, what, seq, detail)
