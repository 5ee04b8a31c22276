namespace Engine.Server.Fields;

/// <summary>What an endpoint does with a field. There is no fourth answer: silence is a bug.</summary>
internal enum FieldAnswer
{
    /// <summary>It has the effect that its documentation says.</summary>
    Honoured,

    /// <summary>It has no effect here and cannot change the answer; accepted, and named in <c>x-engine-warnings</c>.</summary>
    Reported,

    /// <summary>It would change the answer and cannot be honoured: an error that names it.</summary>
    Refused,
}
