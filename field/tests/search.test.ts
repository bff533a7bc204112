import { describe, expect, it } from "vitest";

import { hasRare, spell, withGap } from "../src/domain/names";
import { bareToken, byFullNumber, makeIndex, possibleDuplicates, search } from "../src/domain/search";
import { aPerson } from "./world";

const zhang = aPerson({ name: "张伟", pinyin: "zhangwei", initials: "zw", token: "TX1.abc" });
const shan = aPerson({
  name: "单雄信",
  pinyin: "shanxiongxin danxiongxin",
  initials: "sxx dxx",
  tail: "0092",
  room: "101",
});
const ayi = aPerson({
  name: "阿依古丽·买买提",
  pinyin: "ayigulimaimaiti",
  initials: "ayglmmt",
  tail: "0162",
  building: "5栋",
  unit: "1单元",
  room: "101",
  address: "5栋1单元101",
});
const rare = aPerson({ name: "欧阳㛃", pinyin: "ouyangjie", initials: "oyj", tail: "021X", room: "1201" });
const index = makeIndex([zhang, shan, ayi, rare]);
const names = (query: string) => search(index, query, 10).map(({ name }) => name);

// ID-42, MT-20
describe("a person is found by", () => {
  it.each([
    ["the name", "张伟", ["张伟"]],
    ["its beginning", "单雄", ["单雄信"]],
    ["a part of it", "买买提", ["阿依古丽·买买提"]],
    ["another dot", "阿依古丽•买买提", ["阿依古丽·买买提"]],
    ["a rare character", "㛃", ["欧阳㛃"]],
    ["pinyin", "zhangwei", ["张伟"]],
    ["pinyin with a gap", "shan xiong", ["单雄信"]],
    ["the surname's right reading", "shan", ["单雄信"]],
    ["another reading of the surname", "danxiong", ["单雄信"]],
    ["the initials of another reading", "dxx", ["单雄信"]],
    ["initials in capitals", "ZW", ["张伟"]],
    ["the tail", "0092", ["单雄信"]],
    ["a tail with X, as typed", "021x", ["欧阳㛃"]],
    ["the whole door", "5栋1单元101", ["阿依古丽·买买提"]],
    ["the door in figures", "5-1-101", ["阿依古丽·买买提"]],
    ["building and room", "3栋401", ["张伟"]],
    ["nothing for nothing", "  ", []],
    ["nobody for a stranger", "王五", []],
  ])("%s: %s", (_, query, found) => {
    expect(names(query)).toEqual(found);
  });

  it("a room alone: all who live behind such a door", () => {
    expect(names("101")).toEqual(["单雄信", "阿依古丽·买买提"]);
  });

  it("a code with and without its prefix, and behind what was left in the field", () => {
    expect(index.byToken.get(bareToken("张TX1.abc"))).toBe(zhang);
    expect([index.byToken.get(bareToken("TX1.abc")), index.byToken.get(bareToken("abc"))]).toEqual([
      zhang,
      zhang,
    ]);
  });

  it("a card's whole number, when ends and age agree", () => {
    const people = makeIndex([aPerson({ name: "张伟", age: 77 }), aPerson({ name: "张小伟", age: 7 })]);

    expect(byFullNumber(people, "990001194901010016", "2026-11-22").map(({ name }) => name)).toEqual([
      "张伟",
    ]);
  });
});

// MT-23
describe("a newly typed person may be", () => {
  const typed = { name: "", document: "", building: "", room: "" };

  it("one of the same name", () => {
    expect(possibleDuplicates(index, { ...typed, name: "单雄信" })).toEqual([shan]);
  });

  it("one whose number has the same ends", () => {
    expect(possibleDuplicates(index, { ...typed, name: "某", document: "990001194901010016" })).toEqual([
      zhang,
    ]);
  });

  it("a namesake of the family behind the same door", () => {
    expect(possibleDuplicates(index, { ...typed, name: "张小伟", building: "3", room: "401" })).toEqual([
      zhang,
    ]);
  });

  it("nobody while nothing is typed", () => {
    expect(possibleDuplicates(index, typed)).toEqual([]);
  });
});

// ID-43
describe("reading aloud", () => {
  it.each([
    ["张伟", false],
    ["欧阳㛃", true],
    ["龘", true],
    ["𬭎", true],
    ["阿依古丽·买买提", false],
    ["Jean-Baptiste", false],
  ])("%s has a rare character: %s", (name, isRare) => {
    expect(hasRare(name)).toBe(isRare);
  });

  it.each([
    ["买买提·吐", "maimaititu", "mmtt", "买mai 买mai 提ti · 吐tu"],
    ["单雄信", "shanxiongxin danxiongxin", "sxx dxx", "单shan 雄xiong 信xin"],
    ["欧阳㛃", "ouyangjie", "oyj", "欧ou 阳yang 㛃jie"],
    ["常安", "changan", "ca", "常chang 安an"],
    ["吕二", "lver", "le", "吕lv 二er"],
  ])("gives the characters of %s their syllables", (name, pinyin, initials, spelled) => {
    const spoken = spell(name, pinyin, initials).map(({ character, reading }) => character + reading);

    expect(spoken.join(" ")).toBe(spelled);
  });

  it.each([
    ["no initials", "张伟", "zhangwei", ""],
    ["no pinyin", "龘䶮", "", ""],
    ["fewer syllables than characters", "张伟强", "zhangwei", "zw"],
  ])("does not guess with %s", (_, name, pinyin, initials) => {
    expect(
      spell(name, pinyin, initials)
        .map(({ reading }) => reading)
        .join(""),
    ).toBe("");
  });

  it("puts a gap into a short name only", () => {
    expect([withGap("张伟"), withGap("陈国梁"), withGap("Li")]).toEqual(["张 伟", "陈国梁", "Li"]);
  });
});

// ID-04
describe("two compounds with a building of one number each", () => {
  const east = aPerson({ name: "王芳", building: "3", unit: "1", room: "401", compound: "2区" });
  const west = aPerson({ name: "王芬", building: "3", unit: "1", room: "401", compound: "西区" });
  const both = makeIndex([east, west]);
  const found = (query: string) => search(both, query, 10).map(({ name }) => name);

  it.each([
    ["3-1-401", ["王芳", "王芬"]],
    ["西区3栋1单元401", ["王芬"]],
    ["西 区 3-1-401", ["王芬"]],
    ["2区3栋401", ["王芳"]],
    ["2区3栋402", []],
  ])("%s", (query, names) => {
    expect(found(query)).toEqual(names);
  });
});
