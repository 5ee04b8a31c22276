using Engine.Server.Requests;

namespace Engine.Server.Tests.Requests;

public sealed class CacheScopeTests
{
    [Fact]
    public void Of_NothingGiven_IsTheSharedCache() => Assert.Null(CacheScope.Of(null, null, null));

    [Fact]
    public void Of_DifferentParts_NeverCollide()
    {
        string?[] scopes =
        [
            CacheScope.Of("a", null, null), CacheScope.Of(null, "a", null), CacheScope.Of(null, null, "a"), CacheScope.Of("a", "b", null), CacheScope.Of("ab", null, null),
            CacheScope.Of(null, "", null), CacheScope.Of(null, null, ""), CacheScope.Of("", null, null), CacheScope.Of(null, "ab", null),
        ];

        Assert.Equal(scopes.Length, scopes.Distinct().Count());
        Assert.All(scopes, scope => Assert.Equal(64, scope!.Length));
        Assert.Equal(CacheScope.Of("a", "b", "c"), CacheScope.Of("a", "b", "c"));
    }
}
