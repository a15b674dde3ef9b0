using System.Text;
using ConsulKvTools.Kv.Sources;
using FsCheck;
using FsCheck.Fluent;

namespace ConsulKvTools.Tests.Kv.Sources;

public sealed class JoinTests
{
    private static readonly string[] Letters = ["a", "b", "/", "é", "\uE000", "\uFFFD", "\U0001F600", "\U0010FFFF"];

    private static Gen<string> Keys => Gen.Elements(Letters).ListOf().Select(string.Concat);

    [Fact]
    public void Keys_are_ordered_as_their_bytes_are() =>
        Prop.ForAll(Keys.Two().ToArbitrary(), pair =>
            Math.Sign(KvOrder.Bytes.Compare(pair.Item1, pair.Item2)) == Math.Sign(Encoding.UTF8.GetBytes(pair.Item1).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(pair.Item2))))
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Every_name_of_either_side_comes_once_with_what_each_has() =>
        Prop.ForAll(Keys.ListOf().Two().ToArbitrary(), Gen.Choose(1, 4).ToArbitrary(), (sides, size) =>
        {
            var (left, right) = sides;
            var pairs = KvJoin.PairsAsync(Source(left, size), entry => entry.Key, Source(right, size), entry => entry.Key, default).ToBlockingEnumerable().ToList();
            Assert.Equal(left.Concat(right).Distinct().Order(KvOrder.Bytes), pairs.Select(pair => pair.Name));
            Assert.All(pairs, pair => Assert.Equal((left.Contains(pair.Name), right.Contains(pair.Name)), (pair.Left?.Key == pair.Name, pair.Right?.Key == pair.Name)));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public async Task A_side_out_of_order_is_not_paired()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (var pair in KvJoin.PairsAsync(Pieces([Entry("b")], [Entry("a")]), entry => entry.Key, Pieces(), entry => entry.Key, TestContext.Current.CancellationToken))
                Assert.Equal("b", pair.Name);
        });
        Assert.Contains("'a' comes after 'b'", failure.Message);
    }

    [Fact]
    public async Task The_failure_of_one_side_ends_the_other_that_hangs()
    {
        await Assert.ThrowsAsync<FormatException>(async () =>
        {
            await foreach (var _ in KvJoin.PairsAsync(Broken(), entry => entry.Key, Hanging(TestContext.Current.CancellationToken), entry => entry.Key, TestContext.Current.CancellationToken))
                Assert.Fail("Nothing can be paired.");
        });

        static async IAsyncEnumerable<ConsulKvEntry[]> Broken()
        {
            await Task.Yield();
            throw new FormatException();
#pragma warning disable CS0162 // An iterator needs a yield.
            yield break;
#pragma warning restore CS0162
        }

        static async IAsyncEnumerable<ConsulKvEntry[]> Hanging([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            yield break;
        }
    }

    private static IAsyncEnumerable<ConsulKvEntry[]> Source(IEnumerable<string> keys, int size) =>
        Pieces([.. keys.Distinct().Order(KvOrder.Bytes).Select(Entry).Chunk(size)]);

    private static async IAsyncEnumerable<ConsulKvEntry[]> Pieces(params ConsulKvEntry[][] pieces)
    {
        await Task.Yield();
        foreach (var piece in pieces) yield return piece;
    }

    private static ConsulKvEntry Entry(string key) => new() { Key = key, Bytes = [] };
}
