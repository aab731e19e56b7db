// A level probe of our own making, as an example of a codec: 7 bytes on port 2.
//   0-1 battery in mV   2-3 level in mm, signed   4-5 temperature in 0.1 °C, signed   6 bit 0: self-test, bit 1: probe lost
// Used where the network server does not decode: sources.toml says  codecs = { "*" = "level-probe" }

function signed(high, low) {
  var value = (high << 8) | low;
  return value > 0x7fff ? value - 0x10000 : value;
}

function decodeUplink(input) {
  var b = input.bytes;
  if (input.fPort !== 2 || b.length !== 7) {
    return { errors: ["port " + input.fPort + " with " + b.length + " bytes; expected port 2 with 7"] };
  }
  var lost = (b[6] & 2) !== 0;
  return {
    data: {
      battery: { value: ((b[0] << 8) | b[1]) / 1000, unit: "V" },
      level: { value: lost ? null : signed(b[2], b[3]) / 1000, unit: "m" },
      temperature: { value: signed(b[4], b[5]) / 10, unit: "°C" },
      test: (b[6] & 1) !== 0,
    },
  };
}
