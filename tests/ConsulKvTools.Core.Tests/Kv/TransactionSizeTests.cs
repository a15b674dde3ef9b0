using ConsulKvTools.Kv.Writing;
using FsCheck;
using FsCheck.Fluent;

namespace ConsulKvTools.Tests.Kv;

/// <summary>A transaction's size is known before it is made.</summary>
public sealed class TransactionSizeTests
{
    [Fact]
    public void The_size_is_that_of_the_body_byte_for_byte()
    {
        var texts = Gen.ArrayOf(Gen.Frequency(
            (10, Gen.Choose(0, 0x7f).Select(code => ((char)code).ToString())),
            (3, Gen.Choose(0x80, 0xd7ff).Select(code => ((char)code).ToString())),
            (1, Gen.Choose(0x10000, 0x10ffff).Select(char.ConvertFromUtf32)))).Select(string.Concat);
        var numbers = Gen.OneOf(Gen.Elements<ulong>(0, 1, 9, 10, (1UL << 53) - 1, (1UL << 53) + 1, 1UL << 63, ulong.MaxValue), Gen.Choose(0, int.MaxValue).Select(number => (ulong)number));
        var writes = from key in texts
                     from kind in Gen.Elements(Enum.GetValues<ConsulKvWriteKind>())
                     from value in Gen.ArrayOf(Gen.Choose(0, 255).Select(one => (byte)one))
                     from flags in numbers
                     from index in numbers
                     from lockSession in Gen.OneOf(Gen.Constant<string?>(null), texts.Select(text => (string?)text))
                     select new ConsulKvWrite { Key = key, Kind = kind, Value = value, Flags = flags, Index = index, LockSession = lockSession };

        Prop.ForAll(Gen.ArrayOf(writes).ToArbitrary(), (ConsulKvWrite[] all) => TransactionSize.Of(all) == KvTransaction.Request(all).Body!.Value.Length)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    [Theory]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(5000)]
    public void Long_keys_with_much_to_escape_are_counted_whole(int length)
    {
        ConsulKvWrite[] writes = [new() { Key = new string('ä', length) + "+" + string.Concat(Enumerable.Repeat("🐟\n", length)) }];

        Assert.Equal(KvTransaction.Request(writes).Body!.Value.Length, TransactionSize.Of(writes));
    }

    [Fact]
    public void Base64_is_counted_as_it_is_sent()
    {
        // 0xfb 0xef 0xbe is "++++", which an HTML-safe encoder would write as six bytes each.
        ConsulKvWrite[] writes = [new() { Key = "k", Value = [.. Enumerable.Repeat<byte[]>([0xfb, 0xef, 0xbe, 0xff, 0xff, 0xff], 100).SelectMany(bytes => bytes)] }];

        Assert.Equal(KvTransaction.Request(writes).Body!.Value.Length, TransactionSize.Of(writes));
    }

    [Fact]
    public void Counting_allocates_nothing()
    {
        var write = new ConsulKvWrite { Key = "app/ключ", Value = new byte[1000], Flags = ulong.MaxValue };
        TransactionSize.Of(write);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 1000; round++) TransactionSize.Of(write);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
