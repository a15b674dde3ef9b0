using System.Globalization;
using ConsulKvTools.Http;

namespace ConsulKvTools.Kv.Writing;

/// <summary>The requests of <c>/v1/kv</c> that change a key.</summary>
internal static class KvWireRequest
{
    /// <summary>PUT of the value and flags; with <paramref name="check"/> only if the key's ModifyIndex is that one (0: if it does not exist).</summary>
    public static ConsulRequest Put(ConsulKvWrite write, ulong? check) => Put(write, check is { } index ? "cas=" + Number(index) : "");

    /// <summary>PUT of the value and flags with another parameter.</summary>
    public static ConsulRequest Put(ConsulKvWrite write, string parameter)
    {
        var flags = "flags=" + Number(write.Flags);
        return new ConsulRequest
        {
            Method = "PUT",
            Path = KvKey.Path(write.Key),
            Query = parameter.Length == 0 ? flags : flags + "&" + parameter,
            Body = write.Value,
        };
    }

    /// <summary>DELETE of the key; with <paramref name="check"/> only if its ModifyIndex is that one.</summary>
    public static ConsulRequest Delete(ConsulKvWrite write, ulong? check) =>
        new() { Method = "DELETE", Path = KvKey.Path(write.Key), Query = check is { } index ? "cas=" + Number(index) : "" };

    private static string Number(ulong value) => value.ToString(CultureInfo.InvariantCulture);
}
