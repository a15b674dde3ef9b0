using System.Globalization;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Writing;

namespace ConsulKvTools.Tests.Kv;

/// <summary>Values are bytes up to the limits, and beyond them nothing is written and the numbers are told.</summary>
[Collection(AclAgentTests.Name)]
public sealed class ValueLimitTests(AclAgentFixture lab)
{
    private const int Limit = 524_288;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(393_214)]
    [InlineData(393_215)]
    [InlineData(393_216)]
    [InlineData(393_217)]
    [InlineData(524_287)]
    [InlineData(524_288)]
    [InlineData(524_289)]
    [InlineData(600_000)]
    public async Task A_value_comes_back_byte_for_byte_or_is_refused_with_the_numbers(int size)
    {
        using var session = lab.Session();
        var (reader, writer) = (new KvReader(session), new KvWriter(session));
        var value = new byte[size];
        new Random(size).NextBytes(value);
        var number = size.ToString(CultureInfo.InvariantCulture);
        var single = new ConsulKvWrite { Key = "size/single/" + number, Value = value };
        var atomic = new ConsulKvWrite { Key = "size/atomic/" + number, Value = value };

        var written = await writer.WriteAsync(single, Stop);
        var together = Assert.Single(await writer.WriteAtomicAsync([atomic], Stop));

        var (one, other) = ((await reader.GetAsync(single.Key, ConsulConsistency.Consistent, Stop)).Entry, (await reader.GetAsync(atomic.Key, ConsulConsistency.Consistent, Stop)).Entry);
        if (size <= Limit)
        {
            Assert.Equal(ConsulKvOutcome.Written, written.Outcome);
            Assert.True(one!.Bytes.AsSpan().SequenceEqual(value));
        }
        else
        {
            Assert.Equal((ConsulKvOutcome.Failed, "Limit.KvMaxValueSize"), (written.Outcome, written.Code));
            Assert.Contains(number, written.Message, StringComparison.Ordinal);
            Assert.Contains("524288", written.Message, StringComparison.Ordinal);
            Assert.Null(one);
        }
        var body = TransactionSize.Of([atomic]);
        if (body <= Limit)
        {
            Assert.Equal(ConsulKvOutcome.Written, together.Outcome);
            Assert.True(other!.Bytes.AsSpan().SequenceEqual(value));
        }
        else
        {
            Assert.Equal((ConsulKvOutcome.Failed, "Limit.TxnMaxReqLen"), (together.Outcome, together.Code));
            Assert.Contains($"{body} bytes, the limit is {Limit}", together.Message, StringComparison.Ordinal);
            Assert.Null(other);
        }
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(1UL)]
    [InlineData((1UL << 53) - 1)]
    [InlineData(1UL << 53)]
    [InlineData((1UL << 53) + 1)]
    [InlineData((1UL << 63) - 1)]
    [InlineData(1UL << 63)]
    [InlineData(ulong.MaxValue - 1)]
    [InlineData(ulong.MaxValue)]
    public async Task Flags_come_back_over_the_whole_range(ulong flags)
    {
        using var session = lab.Session();
        var (reader, writer) = (new KvReader(session), new KvWriter(session));
        var name = flags.ToString(CultureInfo.InvariantCulture);

        Assert.Equal(ConsulKvOutcome.Written, (await writer.WriteAsync(new ConsulKvWrite { Key = "flags/single/" + name, Value = [1], Flags = flags }, Stop)).Outcome);
        Assert.Equal(ConsulKvOutcome.Written, Assert.Single(await writer.WriteAtomicAsync([new ConsulKvWrite { Key = "flags/atomic/" + name, Value = [1], Flags = flags }], Stop)).Outcome);

        Assert.Equal(flags, (await reader.GetAsync("flags/single/" + name, ConsulConsistency.Consistent, Stop)).Entry!.Flags);
        Assert.Equal(flags, (await reader.GetAsync("flags/atomic/" + name, ConsulConsistency.Consistent, Stop)).Entry!.Flags);
    }
}
