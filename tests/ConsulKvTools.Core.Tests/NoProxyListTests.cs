using ConsulKvTools.Sessions;

namespace ConsulKvTools.Tests;

public sealed class NoProxyListTests
{
    [Theory]
    [InlineData("127.0.0.1,localhost", "127.0.0.1", true, true)]
    [InlineData("127.0.0.0/8", "127.0.0.1", true, false)]
    [InlineData("*", "consul.example", true, false)]
    [InlineData("consul.example:8500", "consul.example", true, false)]
    [InlineData("consul.example:8501", "consul.example", false, false)]
    [InlineData(".example", "consul.example", true, true)]
    [InlineData("example", "consul.example", true, false)]
    [InlineData("ample", "consul.example", false, false)]
    [InlineData("10.0.0.0/8", "127.0.0.1", false, false)]
    [InlineData("::1", "::1", true, true)]
    [InlineData("", "127.0.0.1", false, false)]
    public void Go_and_dotnet_read_it_differently(string list, string host, bool go, bool dotnet)
    {
        var exceptions = new NoProxyList(list);

        Assert.Equal(go, exceptions.Covers(host, 8500));
        Assert.Equal(dotnet, exceptions.CoversForDotNet(host));
        Assert.Equal(go && !dotnet ? list : null, exceptions.FirstMissedByDotNet(host, 8500));
    }

    [Fact]
    public void The_entry_that_covers_the_host_is_named_not_the_first_odd_one() =>
        Assert.Equal("test", new NoProxyList("10.0.0.0/8,*.other,test").FirstMissedByDotNet("a.test", 8500));
}
