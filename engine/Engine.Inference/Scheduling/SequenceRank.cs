using Engine.Inference.Core;

namespace Engine.Inference.Scheduling;

/// <summary>Who goes first: the smaller priority number, then who came earlier.</summary>
internal readonly record struct SequenceRank(int Priority, long Id) : IComparable<SequenceRank>
{
    public static SequenceRank Of(Sequence sequence) => new(sequence.Priority, sequence.Id);

    public int CompareTo(SequenceRank other) => Priority != other.Priority ? Priority.CompareTo(other.Priority) : Id.CompareTo(other.Id);
}
