namespace Engine.Server.Fields;

/// <summary>A row of an endpoint's table: a field and what is done with it.</summary>
/// <param name="Name">Its name in the body.</param>
/// <param name="Answer">What is done with it.</param>
/// <param name="Read">Checks its value and puts it into the request. Never called with <see langword="null"/>, which stands for an absent field.</param>
internal sealed record Field<TRequest>(string Name, FieldAnswer Answer, Action<TRequest, JsonField> Read);
