using ConsulKvTools.FaultRun.Faults;
using ConsulKvTools.Lab;

namespace ConsulKvTools.FaultRun.Tests.Faults;

public sealed class RequestGateTests
{
    /// <summary>Each piece delayed, this answer of 500 KB would take half a minute and more: a watch was accused of silence for that.</summary>
    [Fact]
    public async Task An_answer_that_comes_late_comes_late_once()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var agent = await ConsulAgent.StartAsync(cancellationToken: cancellation);
        var value = new string('x', 500_000);
        await agent.SendAsync("PUT", "/v1/kv/long", value, cancellationToken: cancellation);
        using var gate = new RequestGate(agent, 1) { Fault = new GateFault(FaultKind.AnswersDelayed, 1, TimeSpan.FromSeconds(1)) };
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(20) };

        Assert.Equal(value, await client.GetStringAsync(gate.Address + "/v1/kv/long?raw", cancellation));
        Assert.Equal(value, await client.GetStringAsync(gate.Address + "/v1/kv/long?raw", cancellation));
        Assert.Equal(2, gate.Touched);
    }
}
