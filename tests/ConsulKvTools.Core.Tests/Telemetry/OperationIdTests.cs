using System.Collections.Concurrent;
using ConsulKvTools.Telemetry;

namespace ConsulKvTools.Tests.Telemetry;

public sealed class OperationIdTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void An_id_is_a_guid_of_version_7_that_begins_with_the_time()
    {
        // Ids never go back, so the time has to be later than any that another test asked for.
        var when = Noon.AddYears(100).AddMilliseconds(123);
        var id = OperationIds.Next(when);
        var text = id.ToString("N");

        Assert.Equal('7', text[12]);
        Assert.Contains(text[16], "89ab");
        Assert.Equal(when.ToUnixTimeMilliseconds(), Convert.ToInt64(text[..12], 16));
        Assert.Equal(7, id.Version);
    }

    [Fact]
    public void As_text_they_sort_as_they_were_made_even_within_one_tick()
    {
        var ids = Enumerable.Range(0, 10_000).Select(_ => OperationIds.Next(Noon).ToString("D")).ToArray();
        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
    }

    [Fact]
    public async Task Threads_never_get_the_same_one()
    {
        var ids = new ConcurrentDictionary<Guid, int>();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var number = 0; number < 50_000; number++) ids[OperationIds.Next(DateTimeOffset.UtcNow)] = 0;
        })));
        Assert.Equal(200_000, ids.Count);
    }
}
